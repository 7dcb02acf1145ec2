//! The value of `--chmod`.

/// Whether the engine takes this: octal up to 7777, or symbolic as chmod(1) has it. Mirrors buildkit
/// `dispatchCopy` with `github.com/tonistiigi/dchapes-mode` `ParseWithUmask`.
pub(crate) fn is_valid(mode: &str) -> bool {
    if mode.bytes().next().is_some_and(|byte| byte.is_ascii_digit()) {
        return u32::from_str_radix(mode, 8).is_ok_and(|mode| mode <= 0o7777);
    }
    !mode.is_empty() && mode.split(',').all(is_clause)
}

/// `[augo]*` and then at least one of `+`, `-`, `=`, each followed by permissions.
fn is_clause(clause: &str) -> bool {
    let operations = clause.trim_start_matches(['a', 'u', 'g', 'o']);
    operations.starts_with(['+', '-', '=']) && operations.bytes().all(|byte| b"+-=rstwXxugo".contains(&byte))
}
