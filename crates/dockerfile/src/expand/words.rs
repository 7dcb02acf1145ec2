//! Words collected while a text is expanded.

/// Mirrors `wordsStruct` of `lex.go`. A reference with a modifier inside a word (`a${x:-b}`) drops what stands before
/// it in the word: the engine shares one buffer with the nested text, and so does [`Words::nested`].
#[derive(Debug, Default)]
pub(super) struct Words {
    buffer: String,
    done: Vec<String>,
    in_word: bool,
}

impl Words {
    /// Adds a character that separates words if it is a blank.
    pub(super) fn push(&mut self, c: char) {
        if !c.is_whitespace() {
            self.push_raw(c);
        } else if self.in_word && !self.buffer.is_empty() {
            self.done.push(std::mem::take(&mut self.buffer));
            self.in_word = false;
        }
    }

    /// Adds a character that was quoted or escaped.
    pub(super) fn push_raw(&mut self, c: char) {
        self.buffer.push(c);
        self.in_word = true;
    }

    /// Adds the value of a variable, which is split.
    pub(super) fn push_value(&mut self, text: &str) {
        for c in text.chars() {
            self.push(c);
        }
    }

    /// Adds the text of a quotation, which is not split.
    pub(super) fn push_quoted(&mut self, text: &str) {
        self.buffer.push_str(text);
        self.in_word = true;
    }

    /// The text after a modifier begins.
    pub(super) fn nested(&mut self) {
        self.buffer.clear();
    }

    /// The words, in order. Empty ones are none.
    pub(super) fn finish(mut self) -> Vec<String> {
        if !self.buffer.is_empty() {
            self.done.push(self.buffer);
        }
        self.done
    }
}
