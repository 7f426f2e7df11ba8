"""A folder is read as it stands: plain files, no links, bounded, in order."""

from pipeline.spec.folder import MAX_FILE_BYTES, MAX_FILES, read_folder


def tenant(tmp_path):
    root = tmp_path / "tenants/globex"
    root.mkdir(parents=True)
    return root


def test_files_are_named_from_the_repository_s_root(tmp_path):
    """In order, whatever the disk says."""
    root = tenant(tmp_path)
    (root / "b.yaml").write_bytes(b"2")
    (root / "a").mkdir()
    (root / "a/x.yaml").write_bytes(b"1")
    assert read_folder(tmp_path, "globex") == ({"tenants/globex/a/x.yaml": b"1", "tenants/globex/b.yaml": b"2"}, [])


def test_a_link_is_a_finding_and_is_not_followed(tmp_path):
    """Nor is a linked folder, or a tenant that is a link."""
    root = tenant(tmp_path)
    (root / "file.yaml").symlink_to("/etc/hostname")
    (root / "folder").symlink_to("/etc")
    (tmp_path / "tenants/other").symlink_to(root)
    files, findings = read_folder(tmp_path, "globex")
    assert files == {}
    assert [finding.where.file for finding in findings] == ["tenants/globex/file.yaml", "tenants/globex/folder"]
    assert [finding.code for finding in read_folder(tmp_path, "other")[1]] == ["document.symlink"]


def test_a_folder_is_bounded(tmp_path):
    """Too many files end the reading, too large a file is cut."""
    root = tenant(tmp_path)
    for number in range(MAX_FILES + 50):
        (root / f"{number:04}.yaml").write_bytes(b"")
    (root / "0000.yaml").write_bytes(b"x" * (MAX_FILE_BYTES + 100))
    files, findings = read_folder(tmp_path, "globex")
    assert len(files) == MAX_FILES
    assert len(files["tenants/globex/0000.yaml"]) == MAX_FILE_BYTES + 1
    assert [finding.code for finding in findings] == ["document.count"]


def test_no_folder_is_no_files(tmp_path):
    """Whether that is wrong is for others to say."""
    assert read_folder(tmp_path, "globex") == ({}, [])
