# METADATA
# title: How much one waiver may cover
package lib.waivers

default narrow(_) := false

# one code, one tenant or the platform, and a file below its folder whose last part alone may hold a star
narrow(waiver) if {
	regex.match(`^[a-z_]+\.[a-z_]+ _?[a-z0-9_]+$`, concat(" ", [waiver.code, waiver.tenant]))
	regex.match(`^([A-Za-z0-9_.-]+/)*[A-Za-z0-9_.*-]*[A-Za-z0-9][A-Za-z0-9_.*-]*$`, waiver.file)
	startswith(waiver.file, folder(waiver.tenant))
}

folder("platform") := ""

folder(tenant) := sprintf("tenants/%s/", [tenant]) if tenant != "platform"
