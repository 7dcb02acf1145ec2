//! Where a command writes and reads: results, problems, answers.

use std::io::{self, BufRead, IsTerminal, Read as _, Write};

use crate::args::{Color, Format, Options};
use crate::problem::{Problem, Severity};
use crate::report;
use crate::terminal::Palette;

/// Standard output, standard error and standard input, and what was told so far.
pub(crate) struct Console {
    out: Box<dyn Write>,
    err: Box<dyn Write>,
    input: Box<dyn BufRead>,
    /// Whether the user asked for colour, by stream, when the options leave it open.
    color: (bool, bool),
    /// Whether somebody sits there to answer.
    pub(crate) answers: bool,
    palette: (Palette, Palette),
    /// The words of the command line, without the program's name.
    pub(crate) words: Vec<String>,
    verbose: bool,
    /// Problems as JSON, where they belong into the document on standard output.
    collected: Option<(Format, Vec<String>)>,
    /// Number of problems that are errors.
    pub(crate) failed: usize,
    /// Number of templates met.
    pub(crate) templates: usize,
}

impl Console {
    /// That of this process.
    pub(crate) fn of_process() -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        let colored = |choice| choice != anstream::ColorChoice::Never;
        let color =
            (colored(anstream::AutoStream::choice(&out)), colored(anstream::AutoStream::choice(&err)));
        let answers = io::stdin().is_terminal() && err.is_terminal();
        let out = io::BufWriter::new(out);
        Self::new(Box::new(out), Box::new(err), Box::new(io::BufReader::new(io::stdin())), color, answers)
    }

    fn new(
        out: Box<dyn Write>,
        err: Box<dyn Write>,
        input: Box<dyn BufRead>,
        color: (bool, bool),
        answers: bool,
    ) -> Self {
        let mut console = Self {
            out,
            err,
            input,
            color,
            answers,
            palette: Default::default(),
            words: Vec::new(),
            verbose: false,
            collected: None,
            failed: 0,
            templates: 0,
        };
        console.choose_palettes(Color::Auto);
        console
    }

    /// Takes over what the options say of colour and detail.
    pub(crate) fn follow(&mut self, options: &Options) {
        self.verbose = options.verbose > 0;
        self.choose_palettes(options.color);
    }

    fn choose_palettes(&mut self, color: Color) {
        let palette = |auto| match color {
            Color::Always => Palette::COLOR,
            Color::Auto if auto => Palette::COLOR,
            Color::Auto | Color::Never => Palette::default(),
        };
        self.palette = (palette(self.color.0), palette(self.color.1));
    }

    /// The palette of standard output.
    pub(crate) fn palette(&self) -> Palette {
        self.palette.0
    }

    /// The palette of standard error.
    pub(crate) fn error_palette(&self) -> Palette {
        self.palette.1
    }

    /// Keeps problems for the document, where the format has a place for them.
    pub(crate) fn collect_for(&mut self, format: Format) {
        self.collected = (!matches!(format, Format::Text | Format::Patch)).then(|| (format, Vec::new()));
    }

    /// The form of the document that problems are kept for.
    pub(crate) fn document(&self) -> Option<Format> {
        self.collected.as_ref().map(|(format, _)| *format)
    }

    /// The problems that were kept.
    pub(crate) fn collected(&mut self) -> Vec<String> {
        self.collected.take().map(|(_, problems)| problems).unwrap_or_default()
    }

    /// Prints a result.
    pub(crate) fn print(&mut self, text: impl AsRef<[u8]>) -> io::Result<()> {
        self.out.write_all(text.as_ref())
    }

    /// Prints what is no result: to standard error.
    pub(crate) fn say(&mut self, text: impl AsRef<[u8]>) {
        // Nobody is left to tell where standard error is closed.
        let _ = self.err.write_all(text.as_ref()).and_then(|()| self.err.flush());
    }

    /// Hands on all that was printed.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// One line of standard input; `None` at its end.
    pub(crate) fn answer(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.input.read_line(&mut line).ok()?;
        (read > 0).then_some(line)
    }

    /// All of standard input, up to `most` bytes and one.
    pub(crate) fn read_all(&mut self, most: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.input.as_mut().take(most + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Tells of several.
    pub(crate) fn problems(&mut self, problems: &[Problem]) {
        for problem in problems {
            self.problem(problem);
        }
    }

    /// Tells of a problem, and counts it. What is only worth a note is told only to who wants to know more.
    pub(crate) fn problem(&mut self, problem: &Problem) {
        let severity = problem.kind.severity();
        match severity {
            Severity::Error => self.failed += 1,
            Severity::Warning => {}
            Severity::Note => self.templates += 1,
        }
        if let Some((format, collected)) = &mut self.collected {
            collected.push(match format {
                Format::Sarif => report::sarif::problem(problem),
                Format::Github => report::github::problem(problem),
                Format::Markdown => report::markdown::problem(problem),
                Format::Html => report::html::problem(problem),
                Format::Json | Format::Text | Format::Patch => report::problem_json(problem),
            });
        } else if severity != Severity::Note || self.verbose {
            let text = report::problem_text(problem, &self.palette.1);
            self.say(text);
        }
    }
}

#[cfg(test)]
pub(crate) mod capture {
    //! A console for tests.

    use std::sync::{Arc, Mutex};

    use super::{Console, Write, io};

    /// What was written.
    #[derive(Clone, Default)]
    pub(crate) struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Captured {
        pub(crate) fn text(&self) -> String {
            String::from_utf8(self.bytes()).expect("UTF-8")
        }

        pub(crate) fn bytes(&self) -> Vec<u8> {
            self.0.lock().expect("no panic while writing").clone()
        }
    }

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no panic while writing").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A console that reads `input`, and what it writes to standard output and standard error.
    pub(crate) fn console(input: &str, answers: bool) -> (Console, Captured, Captured) {
        let (out, err) = (Captured::default(), Captured::default());
        let input = io::Cursor::new(input.to_owned());
        let console = Console::new(
            Box::new(out.clone()),
            Box::new(err.clone()),
            Box::new(input),
            (false, false),
            answers,
        );
        (console, out, err)
    }
}
