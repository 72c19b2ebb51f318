"""Which files a worker may see: the standard library, shared libraries, the students' packages.

An allowlist, drawn up from the records that installers leave (`importlib.metadata`): the packages
of the course, what these require, and nothing else of `site-packages` – an `autograder` installed
there, with its hidden checks, is not visible. Runs in the grader, once per `Sandbox`.
"""

from __future__ import annotations

import os
import re
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

__all__ = ["PackageMissing", "View", "view"]

# Modules that are slow to import and that a student's import line will want. Importing them once in
# the warm process makes them free for every fork.
_WARM = {
    "numpy": ("numpy", "numpy.random", "numpy.fft", "numpy.ma", "numpy.polynomial"),
    "matplotlib": ("matplotlib.pyplot", "matplotlib.backends.backend_agg"),
    "scikit-learn": ("sklearn.datasets",),
}
_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SITE_NAMES = ("site-packages", "dist-packages")


class PackageMissing(Exception):
    """A package of the course that is not installed here, or not in a way that can be shown."""


@dataclass(frozen=True, slots=True)
class View:
    """`paths` are shown, except what lies under `masks`; `readable` says the same without
    exceptions, for Landlock, and `listable` are folders of which names may be listed. `sys_path`
    and `imports` are what the warm process imports from and imports."""

    paths: tuple[str, ...]
    masks: tuple[str, ...]
    readable: tuple[str, ...]
    listable: tuple[str, ...]
    sys_path: tuple[str, ...]
    imports: tuple[str, ...]


def view(packages: Iterable[str]) -> View:
    """The view for a course's packages, by the names under which they are installed.

    Raises PackageMissing, with the cure.
    """
    packages = tuple(packages)
    installed = _closure(packages)
    library = _standard_library()
    sites = sorted({str(_site(dist)) for dist in installed})
    shown = {path for dist in installed for path in _files(dist)}
    bases = _without_nested([*library, *_shared_libraries()])
    masks = sorted(_site_folders(bases))
    hidden_by_mask = [path for path in shown if _beneath(path, masks)]
    others = _without_nested([*bases, *(shown - set(hidden_by_mask))])
    readable = [piece for base in others for piece in _expand(base, masks)]
    return View(
        paths=tuple(sorted({*others, *hidden_by_mask})),
        masks=tuple(masks),
        readable=tuple(sorted({*readable, *hidden_by_mask})),
        listable=tuple(sorted({*library, *sites})),
        sys_path=(*library, *sites),
        imports=tuple(name for package in packages for name in _imports(package)),
    )


# ----------------------------------------------------------------------------------------- packages


def _distribution(name: str) -> metadata.Distribution:
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        raise PackageMissing(
            f"`packages` in course.yml names {name!r}, which is not installed: mend the name, or "
            f"pip install {name}"
        ) from None


def _closure(names: Sequence[str]) -> list[metadata.Distribution]:
    """The packages and everything installed that they require (extras are not)."""
    found: dict[str, metadata.Distribution] = {}
    queue = [(name, True) for name in names]
    while queue:
        name, demanded = queue.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key in found:
            continue
        try:
            dist = _distribution(name)
        except PackageMissing:
            if demanded:
                raise
            continue  # required on another platform or Python only
        found[key] = dist
        for requirement in dist.requires or ():
            match = _REQUIREMENT.match(requirement)
            if match and "extra ==" not in requirement.replace("extra==", "extra =="):
                queue.append((match.group(), False))
    return list(found.values())


def _site(dist: metadata.Distribution) -> Path:
    return Path(str(dist.locate_file(""))).resolve()


def _files(dist: metadata.Distribution) -> set[str]:
    """The paths to show for a distribution: its top folders, or, where a top folder is shared with
    others (a namespace package), the pieces of it that are its own."""
    name = dist.metadata["Name"]
    if dist.files is None:
        raise PackageMissing(
            f"{name} was installed without a record of its files: reinstall it with pip"
        )
    site = _site(dist)
    records = [file.parts for file in dist.files if file.parts[0] not in ("..", "__pycache__", "/")]
    whole = {
        parts[:-1] for parts in records if parts[-1] in ("__init__.py", "METADATA", "PKG-INFO")
    }
    shown = set()
    for parts in records:
        if parts[0].endswith(".pth"):
            continue
        owned = next((n for n in range(1, len(parts)) if parts[:n] in whole), len(parts))
        path = site.joinpath(*parts[:owned])
        if path.exists():
            shown.add(str(path))
    if not any(Path(path).suffix != ".dist-info" for path in shown):
        raise PackageMissing(
            f"{name} is installed as an editable package, which cannot be shown: pip install it"
        )
    return shown


def _imports(package: str) -> tuple[str, ...]:
    """The modules to import before any submission comes."""
    key = re.sub(r"[-_.]+", "-", package).lower()
    if key in _WARM:
        return _WARM[key]
    files = _distribution(package).files or ()
    tops = sorted(
        {f.parts[0] for f in files if len(f.parts) == 2 and f.parts[1] == "__init__.py"}
        | {f.stem for f in files if len(f.parts) == 1 and f.suffix == ".py"}
    )
    own = key.replace("-", "_")
    return (own,) if own in tops else tuple(top for top in tops if top.isidentifier())


# ------------------------------------------------------------------------- the interpreter's own
# files


def _standard_library() -> list[str]:
    dynload = sysconfig.get_config_var("DESTSHARED")
    folders = [os.path.dirname(os.__file__)]
    if dynload and os.path.isdir(dynload):
        folders.append(dynload)
    return [os.path.realpath(folder) for folder in folders]


def _shared_libraries() -> list[str]:
    """Folders of shared libraries, and libpython. The loader looks under both names of a folder on
    systems where /lib is a link to /usr/lib, so both are kept."""
    triplet = sysconfig.get_config_var("MULTIARCH") or "none"
    folders = [f"/lib/{triplet}", f"/usr/lib/{triplet}", "/lib64", "/usr/lib64"]
    present = [folder for folder in folders if os.path.isdir(folder)]
    if not any(triplet in folder for folder in present) and "/usr/lib64" not in present:
        present += [folder for folder in ("/lib", "/usr/lib") if os.path.isdir(folder)]
    base = Path(sys.base_prefix, "lib")
    if Path(sys.base_prefix, "conda-meta").is_dir():
        present.append(str(base))
    else:
        present += [str(path) for path in base.glob("libpython3*.so*")]
    # Debian's numpy finds its BLAS through /etc/alternatives.
    present += [path for path in ("/etc/ld.so.cache", "/etc/alternatives") if os.path.exists(path)]
    return present


def _site_folders(bases: Iterable[str]) -> set[str]:
    """Folders of third-party packages that lie inside the folders to be shown."""
    patterns = [f"{up}{name}" for name in _SITE_NAMES for up in ("", "python3*/")]
    return {
        str(path)
        for base in bases
        for pattern in patterns
        for path in Path(base).glob(pattern)
        if path.is_dir() and not path.is_symlink()
    }


# ----------------------------------------------------------------------------------------------
# paths


def _beneath(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder + "/") for folder in folders)


def _without_nested(paths: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not _beneath(path, kept):
            kept.append(path)
    return kept


def _expand(path: str, masks: Sequence[str]) -> list[str]:
    """The pieces of `path` that together leave out the masks."""
    if path in masks:
        return []
    if not any(mask.startswith(path + "/") for mask in masks):
        return [path]
    return [piece for child in sorted(os.scandir(path), key=lambda e: e.name)
            for piece in _expand(child.path, masks)]  # fmt: skip
