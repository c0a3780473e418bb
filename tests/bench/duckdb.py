#!/usr/bin/env python3
"""Asks DuckDB one question and prints its rows. Debian has no package of it; its npm package for Node holds the library, which is called here by its C interface
(`make bench-deps` installs it into build/npm-bench).
usage: duckdb.py SQL"""
import ctypes, glob, os, sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def library():
    """Its path, or None where it is not installed."""
    found = glob.glob(os.path.join(ROOT, "build/npm-bench/node_modules/@duckdb/node-bindings-*/libduckdb.so"))
    return found[0] if found else None


class Result(ctypes.Structure):  # duckdb_result of duckdb.h
    _fields_ = [("column_count", ctypes.c_uint64), ("row_count", ctypes.c_uint64), ("rows_changed", ctypes.c_uint64), ("columns", ctypes.c_void_p), ("error", ctypes.c_char_p), ("data", ctypes.c_void_p)]


def asked(lib, sql):
    """Rows of text; what DuckDB has against the question ends the program."""
    db, connection, result = ctypes.c_void_p(), ctypes.c_void_p(), Result()
    if lib.duckdb_open(None, ctypes.byref(db)) or lib.duckdb_connect(db, ctypes.byref(connection)):
        sys.exit("duckdb does not open")
    lib.duckdb_result_error.restype = ctypes.c_char_p
    if lib.duckdb_query(connection, sql.encode(), ctypes.byref(result)):
        sys.exit(lib.duckdb_result_error(ctypes.byref(result)).decode())
    for f in (lib.duckdb_row_count, lib.duckdb_column_count):
        f.restype = ctypes.c_uint64
    lib.duckdb_value_varchar.restype = ctypes.c_char_p
    lib.duckdb_value_varchar.argtypes = [ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64]
    columns = range(lib.duckdb_column_count(ctypes.byref(result)))
    for row in range(lib.duckdb_row_count(ctypes.byref(result))):
        yield [(lib.duckdb_value_varchar(ctypes.addressof(result), c, row) or b"").decode() for c in columns]


if __name__ == "__main__":
    if len(sys.argv) != 2 or not library():
        sys.exit(__doc__)
    for row in asked(ctypes.CDLL(library()), sys.argv[1]):
        print(*row, sep="|")
