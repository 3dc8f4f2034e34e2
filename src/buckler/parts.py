"""A kernel's code as a part of its callers', not for the machine: how numba is told so.

numba makes a function's code whole each time: joined with all that it calls, optimised, made into machine code. Of functions that only
other compiled functions call none of that is ever used, since these have joined and optimised it anew; yet it was two fifths of the
time in which the engine is compiled.
"""

from __future__ import annotations

from typing import Any

from llvmlite import binding, ir
from numba.core import cgutils
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler


class Part(JITCodeLibrary):
    """A kernel's code, joined with that of the kernels it calls, and left at that.

    For the machine there is a module with no more than the variables in which numba keeps functions' environments.
    """

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalized = True
        self._get_module_for_linking()
        kept = self._codegen._create_empty_module(self.name)
        for variable in self._final_module.global_variables:
            if variable.name.startswith("_ZN08NumbaEnv"):
                environment = ir.GlobalVariable(kept, cgutils.voidptr_t, variable.name)
                environment.linkage = "common"
                environment.initializer = cgutils.get_null_value(cgutils.voidptr_t)
        self._final_module = binding.parse_assembly(str(kept))
        super()._finalize_final_module()


class PartCompiler(Compiler):
    """numba's compiler, writing into a part."""

    def __init__(self, typing_context: Any, target_context: Any, library: Any, *rest: Any) -> None:
        if library is None:
            library = Part(target_context.codegen(), "part")
            library.enable_object_caching()
        super().__init__(typing_context, target_context, library, *rest)
