"""The numba side of bundles: a kernel gets the address of a bundle's words, and reads a field where it uses it."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.typing.templates import AttributeTemplate
from numba.extending import NativeValue, infer_getattr, lower_getattr_generic, register_model, typeof_impl, unbox
from numba.np import arrayobj

from buckler.bundles import Bundle


class BundleType(types.Type):
    """numba's type of a bundle: its class, and the names and types of its fields."""

    def __init__(self, name: str, members: tuple[tuple[str, types.Type], ...]) -> None:
        self.members = members
        super().__init__(name)

    @property
    def key(self) -> tuple[str, tuple[tuple[str, types.Type], ...]]:
        """What makes two of them equal."""
        return self.name, self.members

    def __hash__(self) -> int:
        """By the name alone: numba asks at every call from Python, and the types of fifty fields take long."""
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        return self is other or super().__eq__(other)

    def place(self, name: str) -> tuple[int, types.Type]:
        """A field's first word and its type."""
        word = 0
        for member, kind in self.members:
            if member == name:
                return word, kind
            word += 1 + 2 * kind.ndim if isinstance(kind, types.Array) else 1
        raise AttributeError(name)


@typeof_impl.register(Bundle)
def _type_of_bundle(bundle: Bundle, context: Any) -> types.Type:
    found = bundle.__dict__.get("_numba_type")
    if found is None:
        looks = (type(bundle), *(_looks(value, context) for _, value in bundle))
        found = _TYPES.get(looks)
        if found is None:
            found = BundleType(type(bundle).__name__, tuple((name, numba.typeof(value)) for name, value in bundle))
            _TYPES[looks] = found
        bundle.__dict__["_numba_type"] = found
    return found


_TYPES: dict[tuple[Any, ...], BundleType] = {}


def _looks(value: Any, context: Any) -> Any:
    """What numba's type of a field depends on: asking numba for fifty fields takes longer than many a kernel."""
    if isinstance(value, np.ndarray):
        return value.dtype, value.ndim, value.flags.num
    return _type_of_bundle(value, context) if isinstance(value, Bundle) else type(value)


@register_model(BundleType)
class _BundleModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: BundleType) -> None:
        super().__init__(manager, kind, cgutils.voidptr_t)


@unbox(BundleType)
def _unbox_bundle(kind: BundleType, bundle: Any, c: Any) -> NativeValue:
    address = c.pyapi.object_getattr_string(bundle, "address")
    pointer = c.pyapi.long_as_voidptr(address)
    c.pyapi.decref(address)
    return NativeValue(pointer)


@infer_getattr
class _BundleAttributes(AttributeTemplate):
    key = BundleType

    def generic_resolve(self, kind: BundleType, name: str) -> types.Type | None:  # type: ignore[override]
        return dict(kind.members).get(name)


@lower_getattr_generic(BundleType)
def _read_field(context: Any, builder: Any, kind: BundleType, pointer: Any, name: str) -> Any:
    first, member = kind.place(name)
    words = builder.bitcast(pointer, ir.IntType(64).as_pointer())

    def word(number: int) -> Any:
        place = builder.gep(words, [ir.Constant(ir.IntType(64), first + number)], inbounds=True)
        value = builder.load(place)
        value.set_metadata("invariant.load", builder.module.add_metadata([]))  # the words of a bundle never change
        return value

    if isinstance(member, types.Array):
        array = context.make_array(member)(context, builder)
        arrayobj.populate_array(
            array,
            data=builder.inttoptr(word(0), array.data.type),
            shape=[word(1 + k) for k in range(member.ndim)],
            strides=[word(1 + member.ndim + k) for k in range(member.ndim)],
            itemsize=context.get_abi_sizeof(context.get_data_type(member.dtype)),
            meminfo=None,
        )
        return array._getvalue()
    if isinstance(member, BundleType):
        return builder.inttoptr(word(0), cgutils.voidptr_t)
    if isinstance(member, types.Float):
        return builder.bitcast(word(0), ir.DoubleType())
    return word(0)
