@echo off
setlocal
set DENO_NO_UPDATE_CHECK=1
if not defined LETTS_DENO set LETTS_DENO=%~dp0deno.exe
"%~dp0deno.exe" run -A --no-config --unstable-no-legacy-abort "%~dp0letts.js" %*
