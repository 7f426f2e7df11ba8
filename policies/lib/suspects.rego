# METADATA
# title: Files that may hold a secret
# description: >
#   Without one of these words there is nothing to find. Looking for plain words takes a hundredth of what the patterns take, so
#   first all files of a kind are searched as one text, then each file of the kinds in which a word was found.
package lib.suspects

import data.lib.documents

words := {
	"://", "akia", "asia", "eyj", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "xox", "private",
	"passw", "passphrase", "client_secret", "api_key", "access_key", "secret_key", "token",
}

heaps := object.union(documents.by_kind, {"strange": strange, "texts": documents.others})

# YAML of no kind
strange := {file: document |
	some file, document in documents.own
	not documents.kind(file)
}

suspicious contains kind if {
	some kind, heap in heaps
	telling(heap)
}

files contains file if {
	some kind in suspicious
	some file, document in heaps[kind]
	telling(document)
}

telling(value) if {
	text := lower(json.marshal(value))
	some word in words
	contains(text, word)
}
