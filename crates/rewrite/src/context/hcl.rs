//! HCL, as bake files are written in it: blocks and their attributes, as far as these are plain strings and lists.
//!
//! Source: HCL's native syntax specification; buildx's reference of bake files; 2026-11-24.

/// A block: `target "app" { … }`.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Block {
    /// Its kind: `target`.
    pub(super) kind: String,
    /// Its labels: `app`.
    pub(super) labels: Vec<String>,
    /// Its attributes, in order.
    pub(super) attributes: Vec<(String, Expression)>,
}

/// The value of an attribute.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Expression {
    /// A string without a template.
    Text(String),
    /// A list of such.
    List(Vec<String>),
    /// Anything else: it depends on variables, or is no string.
    Other,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Token {
    Word(String),
    /// A string; `None` with a template in it.
    Text(Option<String>),
    Sign(char),
    Newline,
}

/// The outermost blocks of `text`; what is not understood is left out.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if let Some((block, next)) = block(&tokens, at) {
            found.push(block);
            at = next;
        } else {
            at = behind(&tokens, at).max(at + 1);
        }
    }
    found
}

/// The block that starts at `at`, and what follows it.
fn block(tokens: &[Token], at: usize) -> Option<(Block, usize)> {
    let Token::Word(kind) = tokens.get(at)? else { return None };
    let mut labels = Vec::new();
    let mut at = at + 1;
    while let Some(Token::Text(Some(label)) | Token::Word(label)) = tokens.get(at) {
        labels.push(label.clone());
        at += 1;
    }
    if tokens.get(at)? != &Token::Sign('{') {
        return None;
    }
    at += 1;
    let mut attributes = Vec::new();
    loop {
        match tokens.get(at)? {
            Token::Sign('}') => return Some((Block { kind: kind.clone(), labels, attributes }, at + 1)),
            Token::Newline => at += 1,
            Token::Word(name) | Token::Text(Some(name)) if tokens.get(at + 1) == Some(&Token::Sign('=')) => {
                let end = behind(tokens, at + 2);
                attributes.push((name.clone(), expression(tokens.get(at + 2..end)?)));
                at = end;
            }
            _ => at = behind(tokens, at).max(at + 1),
        }
    }
}

/// What an attribute says in these tokens.
fn expression(tokens: &[Token]) -> Expression {
    let tokens: Vec<&Token> = tokens.iter().filter(|token| **token != Token::Newline).collect();
    match tokens.as_slice() {
        [Token::Text(Some(text))] => Expression::Text(text.clone()),
        [Token::Sign('['), items @ .., Token::Sign(']')] => {
            let items = items.iter().filter(|token| ***token != Token::Sign(','));
            let texts = items.map(|token| match token {
                Token::Text(Some(text)) => Some(text.clone()),
                _ => None,
            });
            texts.collect::<Option<Vec<String>>>().map_or(Expression::Other, Expression::List)
        }
        _ => Expression::Other,
    }
}

/// What follows the line at `at`: its brackets are closed. A bracket that closes what is around it ends it, too.
fn behind(tokens: &[Token], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(token) = tokens.get(at) {
        match token {
            Token::Sign('{' | '[' | '(') => depth += 1,
            Token::Sign('}' | ']' | ')') if depth == 0 => return at,
            Token::Sign('}' | ']' | ')') => depth -= 1,
            Token::Newline if depth == 0 => return at + 1,
            _ => {}
        }
        at += 1;
    }
    tokens.len()
}

fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = first.len_utf8();
        if first == '\n' {
            found.push(Token::Newline);
            rest = &rest[length..];
        } else if first.is_whitespace() {
            rest = &rest[length..];
        } else if rest.starts_with('#') || rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
        } else if first == '"' {
            let (token, behind) = string(&rest[1..]);
            found.push(token);
            rest = behind;
        } else if let Some(behind) = rest.strip_prefix("<<") {
            rest = heredoc(behind);
            found.push(Token::Text(None));
        } else if first.is_alphanumeric() || first == '_' {
            let end = rest
                .find(|char: char| !(char.is_alphanumeric() || matches!(char, '_' | '-' | '.')))
                .unwrap_or(rest.len());
            found.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        } else {
            found.push(Token::Sign(first));
            rest = &rest[length..];
        }
    }
    found
}

/// The string that `text` goes on with behind its quote, and what follows it.
fn string(text: &str) -> (Token, &str) {
    let mut plain = String::new();
    let mut template = false;
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return (Token::Text((!template).then_some(plain)), &text[at + 1..]),
            '\\' => plain.extend(chars.next().map(|(_, char)| char)),
            '$' | '%' if text[at + 1..].starts_with('{') => {
                template = true;
                // A string within a template has quotes of its own.
                let mut depth = 0_usize;
                for (_, char) in chars.by_ref() {
                    match char {
                        '{' => depth += 1,
                        '}' if depth <= 1 => break,
                        '}' => depth -= 1,
                        _ => {}
                    }
                }
            }
            '\n' => return (Token::Text(None), &text[at..]),
            char => plain.push(char),
        }
    }
    (Token::Text(None), "")
}

/// What follows a here-document whose `<<` is read.
fn heredoc(text: &str) -> &str {
    let (name, body) = text.split_once('\n').unwrap_or((text, ""));
    let name = name.trim_start_matches('-').trim();
    let mut at = 0;
    for line in body.split_inclusive('\n') {
        at += line.len();
        if line.trim() == name {
            break;
        }
    }
    &body[at..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_with_strings_and_lists() {
        let text = r#"
# all
variable "TAG" { default = "latest" }
group "default" {
  targets = ["app", # the server
             "worker"]
}
target "app" {
  context    = "./app" // here
  dockerfile = "Dockerfile"
  tags       = ["shop:${TAG}"]
  args = { A = "b" }
  cache-to = ["type=gha,mode=max"]
  /* matrix */ name = TAG
}
function "f" { params = [] result = <<EOT
}
EOT
}
target "worker" { inherits = ["app"] }
"#;
        let blocks = blocks(text);
        let names: Vec<(&str, &[String])> =
            blocks.iter().map(|block| (block.kind.as_str(), block.labels.as_slice())).collect();
        assert_eq!(
            names.iter().map(|(kind, labels)| format!("{kind} {}", labels.join(" "))).collect::<Vec<_>>(),
            ["variable TAG", "group default", "target app", "function f", "target worker"]
        );
        let app: Vec<(&str, &Expression)> =
            blocks[2].attributes.iter().map(|(name, value)| (name.as_str(), value)).collect();
        let list = |items: &[&str]| Expression::List(items.iter().map(|item| (*item).to_owned()).collect());
        assert_eq!(
            app,
            [
                ("context", &Expression::Text("./app".to_owned())),
                ("dockerfile", &Expression::Text("Dockerfile".to_owned())),
                ("tags", &Expression::Other),
                ("args", &Expression::Other),
                ("cache-to", &list(&["type=gha,mode=max"])),
                ("name", &Expression::Other),
            ]
        );
        assert_eq!(blocks[1].attributes, [("targets".to_owned(), list(&["app", "worker"]))]);
        assert_eq!(blocks[4].attributes, [("inherits".to_owned(), list(&["app"]))]);
    }

    #[test]
    fn what_is_no_hcl_ends() {
        for text in [
            "",
            "}",
            "target \"a\" {",
            "\"",
            "<<",
            "<<EOT\nx",
            "a = [",
            "target \"a\" { x = }",
            "}}}\n{{{",
            "é = \"${\"",
        ] {
            let _ = blocks(text);
        }
    }
}
