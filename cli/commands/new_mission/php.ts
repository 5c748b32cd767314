/** A mission in PHP. @module */
import type { Scaffold } from "./new_file.ts";

/** PHP 8.1 or later, no package. */
export const PHP: Scaffold = {
  mission: (name) =>
    `#!/usr/bin/env php
<?php
/**
 * ${name}: writes a greeting.
 *
 * Input {"name": "Ada"}. Output file greeting. By hand: ${name}.php --input='{"name": "Ada"}'
 */
declare(strict_types=1);

/** A failure that the mission can name. */
final class Failure extends RuntimeException
{
    public function __construct(public readonly string $reason, string $message)
    {
        parent::__construct($message);
    }
}

/** Reports with one JSON object on one line; by hand on stderr. */
function say(array $line): void
{
    static $control = null;
    $control ??= fopen(getenv('LETTS_MISSION_ID') ? 'php://fd/3' : 'php://stderr', 'wb');
    fwrite($control, json_encode($line, JSON_THROW_ON_ERROR) . "\\n");
}

function readInput(array $arguments): array
{
    $text = '{}';
    if (getenv('LETTS_MISSION_ID')) {
        $text = stream_get_contents(STDIN);
    } else {
        foreach ($arguments as $argument) {
            if (str_starts_with($argument, '--input=')) {
                $text = substr($argument, strlen('--input='));
            }
        }
    }
    return json_decode($text, true, flags: JSON_THROW_ON_ERROR) ?? [];
}

function run(array $input): array
{
    $name = $input['name'] ?? 'world';
    if (!is_string($name)) {
        throw new Failure('invalid_input', 'name must be a string');
    }
    say(['event' => 'progress', 'value' => 0.5, 'message' => 'greeting']);
    $greeting = "Hello, $name!";
    $folder = (getenv('LETTS_WORKDIR') ?: '.') . '/out';
    is_dir($folder) || mkdir($folder);
    file_put_contents("$folder/greeting", "$greeting\\n");
    say(['event' => 'output_file', 'key' => 'greeting']);
    return ['greeting' => $greeting];
}

try {
    // An empty result must be written as an object, and so the cast.
    say(['event' => 'success', 'return' => (object) run(readInput(array_slice($argv, 1)))]);
} catch (Failure $failure) {
    say(['event' => 'fail', 'message' => $failure->getMessage(), 'reason' => $failure->reason]);
    exit(1);
}
`,
  test: (name) =>
    `<?php
/** Runs ${name}.php by hand and looks at what it says and leaves. */
declare(strict_types=1);

function check(bool $holds, string $what): void
{
    if (!$holds) {
        fwrite(STDERR, "failed: $what\\n");
        exit(1);
    }
}

/** Answers the exit code and the lines that were said. */
function run(string $folder, array $input): array
{
    $command = [PHP_BINARY, dirname(__DIR__) . '/${name}.php', '--input=' . json_encode($input)];
    $process = proc_open($command, [1 => STDOUT, 2 => ['pipe', 'w']], $pipes, $folder);
    $said = array_map(fn ($line) => json_decode($line, true), explode("\\n", trim(stream_get_contents($pipes[2]))));
    return [proc_close($process), $said];
}

$folder = sys_get_temp_dir() . '/' . uniqid('mission', true);
mkdir($folder);
try {
    [$code, $said] = run($folder, ['name' => 'Ada']);
    check($code === 0, 'greets by name: exit code');
    check(end($said) === ['event' => 'success', 'return' => ['greeting' => 'Hello, Ada!']], 'greets by name: result');
    check(file_get_contents("$folder/out/greeting") === "Hello, Ada!\\n", 'greets by name: output file');
    [$code, $said] = run($folder, ['name' => 7]);
    check($code === 1 && end($said)['reason'] === 'invalid_input', 'refuses a name that is not a string');
} finally {
    @unlink("$folder/out/greeting");
    @rmdir("$folder/out");
    rmdir($folder);
}
echo "ok\\n";
`,
  runTest: (path) => `php ${path}`,
};
