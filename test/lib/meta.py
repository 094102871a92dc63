"""META.json by the rules of PGXN's specification 1.0.0 (https://pgxn.org/spec/), and against the tree it is of.

    python3 test/lib/meta.py ROOT      says what is wrong, one line each; fails if anything is
"""
import json
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
meta = json.loads((root / "META.json").read_text(encoding="utf-8"))
control = (root / "abie.control").read_text(encoding="utf-8")
# semantic versioning 2.0.0
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")
TERM = re.compile(r"[^\s/\\\x00-\x1f\x7f]{2,}")
LICENSES = {"agpl_3", "apache_1_1", "apache_2_0", "artistic_1", "artistic_2", "bsd", "freebsd", "gfdl_1_2", "gfdl_1_3", "gpl_1", "gpl_2",
	"gpl_3", "lgpl_2_1", "lgpl_3_0", "mit", "mozilla_1_0", "mozilla_1_1", "mozilla_1_2", "mozilla_2_0", "openssl", "perl_5", "postgresql",
	"qpl_1_0", "ssleay", "sun", "zlib", "open_source", "restricted", "unrestricted", "unknown"}
KNOWN = {"name", "version", "abstract", "description", "maintainer", "license", "provides", "meta-spec", "generated_by", "no_index",
	"prereqs", "release_status", "resources", "tags"}
PHASES = {"configure", "build", "test", "runtime", "develop"}
RELATIONS = {"requires", "recommends", "suggests", "conflicts"}


def text(value):
	return isinstance(value, str) and value.strip() != ""


def version(value):
	return isinstance(value, str) and VERSION.fullmatch(value) is not None


faults = [f"unknown key {key}" for key in meta if key not in KNOWN and not key.lower().startswith("x_")]


def require(holds, fault):
	if not holds:
		faults.append(fault)


require(text(meta.get("name")) and TERM.fullmatch(meta["name"]), "name")
require(version(meta.get("version")), "version is not a semantic version")
require(text(meta.get("abstract")), "abstract")
require(text(meta.get("maintainer")), "maintainer")
require(meta.get("license") in LICENSES, "license")
require(meta.get("meta-spec", {}).get("version") == "1.0.0", "meta-spec")
require(meta.get("release_status", "stable") in {"stable", "testing", "unstable"}, "release_status")
require(all(text(tag) and len(tag) < 256 and "/" not in tag and "\\" not in tag for tag in meta.get("tags", [])), "tags")
require(meta.get("provides"), "provides")
for name, extension in meta.get("provides", {}).items():
	require(TERM.fullmatch(name), f"provides: {name}")
	require(version(extension.get("version")), f"provides: version of {name}")
	for key in {"file", "docfile"} & extension.keys() | {"file"}:
		require((root / extension.get(key, "missing")).is_file(), f"provides: {key} of {name} is not in the tree")
	default = re.search(r"^default_version = '(.*)'$", control, re.M)[1]
	require(extension.get("version") == default + ".0" == meta.get("version"), f"version of {name} is not that of its control file")
for phase, relations in meta.get("prereqs", {}).items():
	require(phase in PHASES, f"prereqs: {phase}")
	for relation, modules in relations.items():
		require(relation in RELATIONS, f"prereqs: {phase}: {relation}")
		for module, least in modules.items():
			require(least in (0, "0") or version(least), f"prereqs: {phase}: {module} {least}")
for fault in faults:
	print(fault)
sys.exit(bool(faults))
