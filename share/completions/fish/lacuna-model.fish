# fish completion for lacuna-model: subcommands and options are read from its own --help.

function __lacuna_model_verbs
    lacuna-model --help 2>/dev/null | string match -rg '^  ([a-z0-9]+)  +(.*)$' | paste - -
end

function __lacuna_model_options
    set -l words (commandline -opc)
    lacuna-model $words[2] --help 2>/dev/null | string match -rg '^  (--[a-z-]+)(?: [A-Z]\S*)?(?: …)?  +(.*)$' | paste - -
end

function __lacuna_model_names
    lacuna-model models 2>/dev/null | string replace -r ' .*' ''
end

complete -c lacuna-model -n '__fish_is_first_token' -f -a '(__lacuna_model_verbs)'
complete -c lacuna-model -n 'not __fish_is_first_token; and string match -q -- "-*" (commandline -ct)' -a '(__lacuna_model_options)'
complete -c lacuna-model -n 'test (commandline -opc)[-1] = --model' -a '(__lacuna_model_names)'
