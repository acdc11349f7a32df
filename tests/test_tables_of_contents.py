import subprocess
import sys
from importlib import import_module

import pytest


@pytest.mark.parametrize("package", ["embeddings", "graph", "recommend"])
def test_all_is_what_a_package_offers_sorted(package: str) -> None:
    module = import_module(package)
    names = module.__all__
    constants, types, functions = (
        [name for name in names if name.isupper()],
        [name for name in names if not name.isupper() and name[0].isupper()],
        [name for name in names if name[0].islower()],
    )
    assert names == [*sorted(constants), *sorted(types), *sorted(functions)]
    assert all(hasattr(module, name) for name in names)


def test_what_serves_is_imported_without_torch() -> None:
    loaded = "import sys, embeddings, recommend; print('torch' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout
    assert printed == "False\n"
