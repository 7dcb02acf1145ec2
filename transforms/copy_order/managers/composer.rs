//! Composer. Source: Composer 2.8 "Command-line interface: install", "Scripts", "The composer.json schema: autoload"; read
//! 2026-11-24.

use serde_json::Value;

use super::{Install, Manager, Reading, Words, no_lock};
use crate::cache_mounts::call::Call;
use crate::copy_order::tree::Folder;

/// Composer.
pub(super) static COMPOSER: Manager =
    Manager { name: "composer", programs: &["composer", "composer.phar"], read };

const WITH_VALUE: &[&str] = &["-d", "--working-dir", "--ignore-platform-req"];

fn read(call: &Call<'_>, folder: &Folder<'_>) -> Reading {
    let words = match Words::of(call, WITH_VALUE, &["install"]) {
        Ok(words) => words,
        Err(reading) => return reading,
    };
    match words.plain.first() {
        Some(&("install" | "i" | "update")) => {}
        Some(&("self-update" | "clear-cache" | "global" | "diagnose")) => return Reading::Idle,
        Some(&"config") if words.has(&["-g", "--global"]) => return Reading::Idle,
        _ => return Reading::Other,
    }
    let folder = folder.folder(words.value(&["-d", "--working-dir"]).unwrap_or("."));
    let Some(text) = folder.text("composer.json") else {
        return Reading::no_manifest(&folder, "composer.json");
    };
    let Ok(json) = serde_json::from_str::<Value>(&text) else {
        return Reading::refused("not-understood", "composer.json is no valid JSON", "mend it");
    };
    let way_out =
        "install with --no-scripts --no-autoloader first, and run composer dump-autoload behind the source";
    if !words.has(&["--no-scripts"]) {
        let scripts = json.get("scripts").and_then(Value::as_object);
        let hooks = ["pre-", "post-"];
        let hook = scripts.and_then(|map| {
            map.iter().find(|(name, value)| {
                let is_empty = value.as_array().is_some_and(Vec::is_empty);
                hooks.iter().any(|hook| name.starts_with(hook))
                    && !is_empty
                    && !name.contains("create-project")
                    && !name.contains("root-package")
            })
        });
        if let Some((name, _)) = hook {
            let text = format!("the script `{name}` of composer.json runs at the install");
            return Reading::refused("install-script", text, way_out);
        }
    }
    if !words.has(&["--no-autoloader"]) {
        let autoload = ["autoload", "autoload-dev"].iter().filter_map(|key| json.get(key));
        let scans = autoload
            .filter_map(Value::as_object)
            .any(|map| ["classmap", "psr-0"].iter().any(|key| map.contains_key(*key)));
        let optimize = ["-o", "--optimize-autoloader", "-a", "--classmap-authoritative", "--apcu-autoloader"];
        let config = json.get("config");
        let in_config = ["optimize-autoloader", "classmap-authoritative"]
            .iter()
            .any(|key| config.and_then(|config| config.get(key)) == Some(&Value::Bool(true)));
        if scans || words.has(&optimize) || in_config {
            let text = "the autoloader that composer writes lists the classes of the source";
            return Reading::needs_source(text, way_out);
        }
    }
    let extra = json.get("extra");
    let elsewhere = ["installer-paths", "drupal-scaffold", "magento-root-dir"]
        .iter()
        .find(|key| extra.and_then(|extra| extra.get(**key)).is_some());
    if let Some(key) = elsewhere {
        let text = format!(
            "`{key}` of composer.json installs among the source, where a later COPY may write over it"
        );
        return Reading::needs_source(text, "order these steps by hand");
    }
    let repositories = json.get("repositories");
    let local = |value: &Value| {
        value.get("type").and_then(Value::as_str).is_some_and(|kind| matches!(kind, "path" | "artifact"))
    };
    let is_local = match repositories {
        Some(Value::Array(list)) => list.iter().any(local),
        Some(Value::Object(map)) => map.values().any(local),
        _ => false,
    };
    if is_local {
        return Reading::needs_source(
            "a repository of composer.json is a folder",
            "copy that folder first by hand",
        );
    }
    let files = folder.present(&["composer.json", "composer.lock", "symfony.lock", "auth.json"]);
    let vendor = json.get("config").and_then(|config| config.get("vendor-dir")).and_then(Value::as_str);
    let writes = vec![folder.at(vendor.unwrap_or("vendor"))];
    let note = (!folder.has("composer.lock")).then(|| no_lock("composer.lock"));
    Reading::Installs(Install { files, writes, note, ..Install::default() })
}
