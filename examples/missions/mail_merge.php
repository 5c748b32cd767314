#!/usr/bin/env php
<?php
/**
 * Writes one letter for each row of a table: every {{name}} of the template becomes the row's value in that column.
 *
 * Input files `template` (text) and `rows` (CSV with a head line). Output file `letters`, one letter a page.
 * By hand: mail_merge.php --input='{"template": "letter.txt", "rows": "people.csv"}' leaves out/letters.
 */
declare(strict_types=1);

/** A failure that the mission can name. */
final class Failure extends RuntimeException
{
    public function __construct(public readonly string $reason, string $message, public readonly array $details = [])
    {
        parent::__construct($message);
    }
}

/** Says on descriptor 3 how the mission goes, or on stderr when it is run by hand. */
final class Reports
{
    /** @var resource */
    private $control;
    private float $said = 0.0;

    public function __construct(bool $underDugdale)
    {
        $this->control = fopen($underDugdale ? 'php://fd/3' : 'php://stderr', 'wb') ?: throw new RuntimeException('no fd 3');
    }

    public function say(array $line): void
    {
        fwrite($this->control, json_encode($line, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES) . "\n");
        fflush($this->control);
    }

    /** At most ten a second: a dugdale drops floods. */
    public function progress(float $value, string $message): void
    {
        if (microtime(true) - $this->said < 0.1) {
            return;
        }
        $this->said = microtime(true);
        $this->say(['event' => 'progress', 'value' => round($value, 4), 'message' => $message]);
    }
}

function inputText(bool $underDugdale, array $arguments): string
{
    if ($underDugdale) {
        return (string) stream_get_contents(STDIN);
    }
    foreach ($arguments as $argument) {
        if ($argument === '--input=-' || $argument === '--input-file=-') {
            return (string) stream_get_contents(STDIN);
        }
        if (str_starts_with($argument, '--input=')) {
            return substr($argument, strlen('--input='));
        }
        if (str_starts_with($argument, '--input-file=')) {
            return (string) file_get_contents(substr($argument, strlen('--input-file=')));
        }
    }
    return '{}';
}

/** The path of an input file: as delivered, or by hand as the input names it. */
function inputFile(string $role, bool $underDugdale, array $input): string
{
    $path = $underDugdale ? getenv("LETTS_IN_$role") : ($input[$role] ?? null);
    if (!is_string($path) || !is_readable($path)) {
        throw new Failure('invalid_input', "input file \"$role\" is missing or cannot be read");
    }
    return $path;
}

/** Fills in one letter. */
function fill(string $template, array $values, int $row): string
{
    return preg_replace_callback('/\{\{\s*([\w -]+?)\s*\}\}/u', static function (array $match) use ($values, $row): string {
        return $values[$match[1]] ?? throw new Failure(
            'unknown_placeholder',
            "the table has no column \"{$match[1]}\"",
            ['placeholder' => $match[1], 'row' => $row, 'columns' => array_keys($values)],
        );
    }, $template) ?? throw new Failure('invalid_input', 'the template is not UTF-8');
}

function run(Reports $reports, bool $underDugdale, array $arguments): array
{
    $input = json_decode(inputText($underDugdale, $arguments) ?: '{}', true) ?? [];
    $template = (string) file_get_contents(inputFile('template', $underDugdale, $input));
    $path = inputFile('rows', $underDugdale, $input);
    $rows = fopen($path, 'rb') ?: throw new Failure('invalid_input', 'rows cannot be opened');
    $size = max(1, (int) filesize($path));
    $columns = fgetcsv($rows, escape: '') ?: throw new Failure('invalid_input', 'the table has no head line');

    $folder = ($underDugdale ? getenv('LETTS_WORKDIR') : getcwd()) . '/out';
    is_dir($folder) || mkdir($folder, 0755, true);
    $letters = fopen("$folder/letters", 'wb') ?: throw new Failure('output_failed', "$folder/letters cannot be written");
    $count = 0;
    for ($row = 2; ($values = fgetcsv($rows, escape: '')) !== false; $row++) {
        if ($values === [null]) {
            continue; // an empty line
        }
        if (count($values) !== count($columns)) {
            throw new Failure('ragged_row', "row $row has another number of fields than the head", ['row' => $row]);
        }
        $letter = fill($template, array_combine($columns, $values), $row);
        fwrite($letters, ($count === 0 ? '' : "\f") . rtrim($letter) . "\n");
        $count++;
        $reports->progress(ftell($rows) / $size, "$count letters");
    }
    fclose($letters);
    $reports->say(['event' => 'output_file', 'key' => 'letters']);
    return ['letters' => $count, 'bytes' => filesize("$folder/letters")];
}

$underDugdale = (getenv('LETTS_MISSION_ID') ?: '') !== '';
$reports = new Reports($underDugdale);
try {
    $result = run($reports, $underDugdale, array_slice($argv, 1));
    $reports->say(['event' => 'success', 'return' => $result]);
} catch (Failure $failure) {
    $reports->say([
        'event' => 'fail',
        'message' => $failure->getMessage(),
        'reason' => $failure->reason,
        'exit_code' => 1,
        // An empty array would be written as a list, which is no valid line.
        'details' => (object) $failure->details,
    ]);
    exit(1);
}
