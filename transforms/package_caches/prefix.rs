//! Managers that are installed into a folder of their own, below which their cache lies: conda.

use super::manager::{Installer, Manager};
use super::managers::MANAGERS;
use super::usage;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;

/// The installations that a Dockerfile makes.
pub(super) struct Prefixes(Vec<Made>);

/// One of them.
struct Made {
    manager: &'static str,
    stage: usize,
    instruction: usize,
    /// The folder; `None` where it is not known.
    folder: Option<String>,
    /// Whether root makes it.
    by_root: bool,
}

impl Prefixes {
    pub(super) fn of(steps: &Steps<'_>) -> Self {
        let mut all = Vec::new();
        for manager in MANAGERS {
            let Some(installer) = &manager.installer else { continue };
            for step in steps.mentioning(installer.names) {
                let Some(stage) = step.stages().next() else { continue };
                for call in step.calls().iter().filter(|call| installs(call, installer)) {
                    let folder = match usage::option_value(call, installer.option) {
                        usage::OptionValue::Known(value) => Some(value),
                        usage::OptionValue::Unknown | usage::OptionValue::Absent => None,
                    };
                    let by_root = step.account().is_ok_and(|account| account.owner.is_none());
                    let instruction = step.index;
                    all.push(Made { manager: manager.name, stage, instruction, folder, by_root });
                }
            }
        }
        Self(all)
    }

    /// The installation that `call` works in: the one that its own path names, else the only one that was made before.
    pub(super) fn find(&self, step: &Step<'_>, call: &Call<'_>, manager: &Manager) -> Option<String> {
        let installer = manager.installer.as_ref()?;
        if !installer.programs.contains(&call.program.as_str()) {
            return None;
        }
        let named = call.path.as_deref().and_then(|path| path.rsplit_once('/')).and_then(|(bin, _)| {
            let folder = bin.strip_suffix("/bin").or_else(|| bin.strip_suffix("/condabin"))?;
            // Programs of the system, or of an environment, work in an installation elsewhere.
            let own = !matches!(folder, "" | "/usr" | "/usr/local") && !folder.contains("/envs/");
            (own && folder.starts_with('/')).then_some(folder)
        });
        let stages: Vec<usize> = step.stages().collect();
        let mut made = self.0.iter().filter(|made| {
            made.manager == manager.name && made.instruction < step.index && stages.contains(&made.stage)
        });
        let folder = if let Some(folder) = named {
            folder
        } else {
            let first = made.clone().next()?;
            let same = made.all(|other| other.folder == first.folder && other.by_root);
            first.folder.as_deref().filter(|_| same)?
        };
        // Only the owner of the installation may write there.
        let by_root = step.account().is_ok_and(|account| account.owner.is_none());
        (by_root && folder.starts_with('/')).then(|| folder.trim_end_matches('/').to_owned())
    }

    /// The refusal of a mount for a RUN that installs the manager itself: its folder would be there already.
    pub(super) fn refuses(&self, step: &Step<'_>, manager: &Manager) -> Option<Refusal> {
        self.0.iter().find(|made| made.manager == manager.name && made.instruction == step.index)?;
        let text = format!(
            "this RUN installs {} itself, which fails where its folder is there already, as above a mount",
            manager.name
        );
        Some(Refusal::new("made-in-the-step", text, format!("install {} in an earlier RUN", manager.name)))
    }
}

/// Whether `call` is an installer, whatever its file is called.
fn installs(call: &Call<'_>, installer: &Installer) -> bool {
    let letter = installer.switch.trim_start_matches('-');
    let asks_nothing =
        |value: &str| value.starts_with('-') && !value.starts_with("--") && value.contains(letter);
    call.runs_script() && call.values().any(asks_nothing)
}
