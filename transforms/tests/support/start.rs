//! Commands that start a server, in all forms, and the instructions that stand around them.

use super::choices::Choices;
use super::script::SOFT;

const STARTS: &[&str] = &[
    "uvicorn app.main:app",
    "gunicorn app:app",
    "gunicorn --chdir src wsgi",
    "hypercorn app:app",
    "granian --interface asgi app:app",
    "fastapi run app/main.py",
    "python -m uvicorn app:app",
    "python3 -m gunicorn app:app",
    "uv run uvicorn app:app",
    "poetry run gunicorn wsgi:app",
    "/opt/venv/bin/uvicorn app:app",
    "tini -- gunicorn app:app",
    "./entrypoint.sh uvicorn app:app",
];

const OPTIONS: &[&str] = &[
    "--workers 4",
    "-w 4",
    "-w4",
    "--workers=2",
    "--workers $WORKERS",
    "--workers ${WEB_CONCURRENCY:-3}",
    "-w $(nproc)",
    "--host 0.0.0.0",
    "--port 8000",
    "--port ${PORT:-8000}",
    "-b 0.0.0.0:8000",
    "--reload",
    "--loop uvloop",
    "--max-requests 1000",
    "--limit-max-requests 500",
    "--preload",
    "-k uvicorn_worker.UvicornWorker",
    "-c gunicorn.py",
    "--log-config '/etc/log config.ini'",
];

/// Texts for a shell; `@` stands for the command.
const SHAPES: &[&str] = &[
    "@",
    "@",
    "@",
    "exec @",
    "cd /srv && @",
    "alembic upgrade head && exec @",
    "alembic upgrade head; @",
    "@ | tee log",
    "celery -A app worker & @",
    "if [ -n \"$DEV\" ]; then @ --reload; else @; fi",
    "A=1 @",
    "@ 2>&1",
    "@ || sleep 1",
    "trap : TERM; @",
    "./start.sh",
    "bash start.sh $PORT",
];

const AROUND: &[&str] = &[
    "EXPOSE 8000",
    "EXPOSE 8000/tcp\u{1}9000/udp",
    "EXPOSE $PORT",
    "HEALTHCHECK NONE",
    "HEALTHCHECK\u{1}--interval=30s\u{1}--timeout=3s\u{1}CMD curl -f http://localhost:8000/ || exit 1",
    "HEALTHCHECK CMD\u{1}[\"python\",\u{1}\"-c\", \"pass\"]",
    "HEALTHCHECK CMD wget -qO- localhost:8000 >/dev/null",
    "USER 1000",
    "USER nobody:nogroup",
    "USER ${UID:-1000}:0",
    "STOPSIGNAL SIGINT",
    "ENV WEB_CONCURRENCY=2",
    "ENV WEB_CONCURRENCY 4",
    "ENV WORKERS=4\u{1}PORT=8000",
    "ENV UVICORN_WORKERS=2",
    "ENV GUNICORN_CMD_ARGS=\"--workers 3 --preload\"",
    "ENTRYPOINT []",
    "ENTRYPOINT [\"tini\", \"--\"]",
    "ENTRYPOINT [\"/docker-entrypoint.sh\"]",
    "COPY start.sh entrypoint.sh /srv/",
];

/// One or two instructions, their texts one after another.
pub(super) fn instructions(c: &mut Choices<'_>) -> Vec<String> {
    match c.below(6) {
        0 | 1 => vec![c.pick(AROUND).to_owned()],
        2 => {
            let options = options(c);
            vec![format!("ENTRYPOINT {}", array(c.pick(STARTS))), format!("CMD {}", array(&options))]
        }
        3 => {
            let words = format!("{} {}", c.pick(STARTS), options(c));
            vec![format!("{} {}", keyword(c), array(&words))]
        }
        4 => {
            let text = text(c).replace('\\', "\\\\").replace('"', "\\\"");
            let shell = c.pick(&["sh\", \"-c", "/bin/bash\", \"-ec", "bash\", \"-lc"]);
            vec![format!("{} [\"{shell}\", \"{text}\"]", keyword(c))]
        }
        _ => vec![format!("{} {}", keyword(c), text(c).replace(' ', &SOFT.to_string()))],
    }
}

fn keyword(c: &mut Choices<'_>) -> &'static str {
    c.pick(&["CMD", "CMD", "ENTRYPOINT"])
}

fn options(c: &mut Choices<'_>) -> String {
    let count = c.below(4);
    (0..count).map(|_| c.pick(OPTIONS)).collect::<Vec<_>>().join(" ")
}

fn text(c: &mut Choices<'_>) -> String {
    let command = format!("{} {}", c.pick(STARTS), options(c));
    c.pick(SHAPES).replace('@', command.trim_end())
}

/// As an array, which a line may break between two words.
fn array(words: &str) -> String {
    let words: Vec<String> = words.split_whitespace().map(|word| format!("\"{word}\"")).collect();
    format!("[{}]", words.join(&format!(",{SOFT}")))
}
