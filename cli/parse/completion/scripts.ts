/**
 * Shell scripts that call `letts __complete`.
 *
 * @module
 */

/** Supported shells. */
export type Shell = "bash" | "zsh" | "fish" | "powershell";

/**
 * Bash splits words at `=` and `:` and replaces only the part after them, so the line is split here and the reply is
 * cut.
 */
const BASH = `# bash completion for letts
_letts() {
  local line=\${COMP_LINE:0:COMP_POINT} word
  local -a words reply
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  local whole=\${words[\${#words[@]}-1]}
  local current=\${whole##*[=:]}
  local prefix=\${whole%"$current"}
  mapfile -t reply < <(letts __complete "\${words[@]:1}" 2>/dev/null)
  COMPREPLY=()
  for word in "\${reply[@]:1}"; do
    word=\${word%%$'\\t'*}
    COMPREPLY+=("\${word#"$prefix"}")
  done
  case \${reply[0]} in
    files)
      compopt -o filenames 2>/dev/null
      mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current")
      ;;
    folders)
      compopt -o filenames 2>/dev/null
      mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$current")
      ;;
  esac
}
complete -F _letts letts
`;

const ZSH = `#compdef letts
# zsh completion for letts
_letts() {
  local -a reply described
  local line
  reply=("\${(@f)$(letts __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in "\${(@)reply[2,-1]}"; do
    [[ -n $line ]] && described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( \${#described} )) && _describe letts described
  if [[ $reply[1] == files ]]; then
    compset -P '*='
    _files
  elif [[ $reply[1] == folders ]]; then
    _files -/
  fi
}
if [[ $funcstack[1] == _letts ]]; then _letts "$@"; else compdef _letts letts; fi
`;

const FISH = `# fish completion for letts
function __letts_complete
    set -l words (commandline -opc)[2..] (commandline -ct)
    set -l reply (letts __complete $words 2>/dev/null)
    switch "$reply[1]"
        case files
            set -l role (string match -r '^[^=]*=' -- (commandline -ct))
            for path in (__fish_complete_path (string replace -r '^[^=]*=' '' -- (commandline -ct)))
                echo "$role$path"
            end
        case folders
            __fish_complete_directories (commandline -ct)
    end
    for line in $reply[2..]
        echo $line
    end
end
complete -c letts -f -a '(__letts_complete)'
`;

/**
 * PowerShell before 7.3, and later versions with batch files, drop an empty argument and pass `""` as an empty one;
 * otherwise both arrive unchanged. So the script sends `""`, which `letts __complete` takes for an empty word.
 */
const POWERSHELL = `# PowerShell completion for letts
Register-ArgumentCompleter -Native -CommandName letts -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.StartOffset -lt $cursorPosition } | ForEach-Object { "$_" })
    if ($wordToComplete -eq '') { $words += '""' }
    $reply = @(& letts __complete @words 2>$null)
    foreach ($line in ($reply | Select-Object -Skip 1)) {
        $word, $means = $line -split "\`t", 2
        if (-not $means) { $means = $word }
        [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $means)
    }
}
`;

/** The script of a shell. */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
  powershell: POWERSHELL,
};
