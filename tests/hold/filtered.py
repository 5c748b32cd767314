"""Becomes a program that may make only the system calls of a systemd group: `filtered.py GROUP PROGRAM [ARGUMENT …]`."""
import ctypes
import errno
import os
import subprocess
import sys

group, *command = sys.argv[1:]


def calls(name):
    """The calls of a group, with those of the groups in it."""
    listed = subprocess.run(["systemd-analyze", "syscall-filter", name], check=True, capture_output=True, text=True)
    for line in listed.stdout.splitlines()[1:]:
        word = line.strip()
        if word.startswith("@"):
            yield from calls(word)
        elif word and not word.startswith("#"):
            yield word


seccomp = ctypes.CDLL("libseccomp.so.2", use_errno=True)
seccomp.seccomp_init.restype = ctypes.c_void_p
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
rules = ctypes.c_void_p(seccomp.seccomp_init(REFUSE))
# systemd allows this one always: it executes the program.
for call in {*calls(group), "execve"}:
    number = seccomp.seccomp_syscall_resolve_name(call.encode())
    if number >= 0:
        seccomp.seccomp_rule_add(rules, ALLOW, number, 0)
if seccomp.seccomp_load(rules) != 0:
    sys.exit("the filter cannot be loaded")
os.execvp(command[0], command)
