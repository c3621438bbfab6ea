"""What a handler's `generate` returned, as one product for each file that it makes."""

from collections.abc import Mapping

from llama.domain.handler import FileHandler, Product


def products_of(handler: FileHandler, returned: object) -> Mapping[str, Product]:
    """Return the products by file name, in the order of MANIFEST_TYPES.

    TypeError if something else than these files was returned.
    """
    if returned is None:
        name = type(handler).__name__
        message = f"{name} returned nothing and did not write {_files_of(handler)}"
        raise TypeError(f"{message}: return the content, or write it to fullpath")
    together = type(handler).MANIFEST_TYPES
    if len(together) == 1:
        return {handler.FILENAME: handler.product(returned)}
    contents = _by_class(handler, returned)
    return {one.FILENAME: one(handler).product(contents[one.__name__]) for one in together}


def _files_of(handler: FileHandler) -> str:
    return ", ".join(one.FILENAME for one in type(handler).MANIFEST_TYPES)


def _by_class(handler: FileHandler, returned: object) -> Mapping[str, object]:
    """Read a mapping from class (or its name) to content."""
    names = [one.__name__ for one in type(handler).MANIFEST_TYPES]
    found = {
        key.__name__ if isinstance(key, type) else str(key): value
        for key, value in (returned.items() if isinstance(returned, Mapping) else ())
    }
    if sorted(found) != sorted(names):
        was = ", ".join(sorted(found)) or type(returned).__name__
        message = f"{type(handler).__name__} returned {was} instead of {', '.join(names)}"
        raise TypeError(f"{message}: return a mapping with the content of each")
    return found
