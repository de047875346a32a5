<?php

declare(strict_types=1);

// A main backend that stores every event once, in SQLite. Needs PHP 8.1 with pdo_sqlite.
//
//     CALLBACK_SECRET=whsec_... PRODUCTION_API_KEY=... php -S 127.0.0.1:8000 receiver.php

const MAX_SECONDS = 300; // between the clock of the orchestrator and ours

/** What follows whsec_ is base64; any other secret is the key itself. */
function key_of(string $secret): string
{
    return str_starts_with($secret, 'whsec_') ? base64_decode(substr($secret, 6)) : $secret;
}

function header_of(string $name): string
{
    return $_SERVER['HTTP_' . strtoupper(strtr($name, '-', '_'))] ?? '';
}

/** Whether one of the signatures is right, and not old. The body is the bytes that arrived. */
function is_signed(string $body, string $secret): bool
{
    $timestamp = header_of('webhook-timestamp');
    if (!ctype_digit($timestamp) || abs(time() - (int) $timestamp) > MAX_SECONDS) {
        return false;
    }
    $content = header_of('webhook-id') . ".$timestamp.$body";
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', $content, key_of($secret), true));
    foreach (explode(' ', header_of('webhook-signature')) as $given) {
        if (hash_equals($expected, $given)) {
            return true;
        }
    }
    return false;
}

function is_allowed(string $apiKey): bool
{
    return $apiKey === '' || hash_equals("Bearer $apiKey", header_of('authorization'));
}

/** Does nothing for an event that was stored before: it arrives again when our answer was lost. */
function store(string $body): void
{
    $event = json_decode($body, true, 512, JSON_THROW_ON_ERROR);
    $database = new PDO('sqlite:' . (getenv('EVENTS_FILE') ?: 'events.sqlite'));
    $database->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
    $database->exec('PRAGMA synchronous = FULL');
    $database->exec('PRAGMA busy_timeout = 5000');
    $database->exec(
        'CREATE TABLE IF NOT EXISTS events'
        . ' (webhook_id TEXT PRIMARY KEY, path TEXT, session_id TEXT, seq INTEGER, body TEXT)'
    );
    $statement = $database->prepare('INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?)');
    $statement->execute([
        header_of('webhook-id'),
        $_SERVER['REQUEST_URI'],
        is_array($event) ? ($event['session_id'] ?? null) : null,
        header_of('x-session-seq'),
        $body,
    ]);
}

function answer(int $status): void
{
    http_response_code($status);
    header('content-type: application/json');
    echo '{}';
}

$body = (string) file_get_contents('php://input');
$secret = (string) getenv('CALLBACK_SECRET');
if (!is_allowed((string) getenv('PRODUCTION_API_KEY')) || ($secret !== '' && !is_signed($body, $secret))) {
    answer(401);
} else {
    try {
        store($body);
        answer(200); // it is stored: from now on it is ours
    } catch (JsonException) {
        answer(400);
    }
}
