//! Services of compose files that start the image, or something of their own from it.

use dockfit_dockerfile::Span;
use dockfit_rewrite::{Change, Consent, Decision, FileEdit, Outcome, Place, Reason, Selection};

use super::{COMPOSE, OVERRULED};
use crate::cache_mounts::Refusal;
use crate::dockerfiles::File;
use crate::servers::compose::{self, Command, ComposeFile, Service, Setting, services};
use crate::servers::launch::Launch;

/// The services that build one Dockerfile.
pub(super) struct Consumers {
    files: Vec<(ComposeFile, Vec<Service>)>,
}

impl Consumers {
    pub(super) fn of(file: &File<'_>) -> Self {
        Self { files: services(file.task.project, file.dockerfile) }
    }

    /// Those whose image holds what the stage of `launch` sets.
    fn on<'c>(&'c self, file: &File<'_>, launch: &Launch) -> Vec<(&'c ComposeFile, &'c Service)> {
        let model = file.dockerfile.model();
        let holds = |service: &Service| {
            let target = match &service.target {
                Some(name) => model.stage_named(name),
                None => model.stages().last(),
            };
            target.is_some_and(|target| model.lineage(target.index).any(|below| below.index == launch.stage))
        };
        let all = self
            .files
            .iter()
            .flat_map(|(file, services)| services.iter().map(move |service| (file, service)));
        all.filter(|(_, service)| holds(service)).collect()
    }

    /// The edits by which each service starts as many workers as before once the number stands in `variable`; or the one
    /// for which that cannot be had.
    pub(super) fn kept(
        &self,
        file: &File<'_>,
        launch: &Launch,
        variable: &str,
        number: Option<u32>,
    ) -> Result<Vec<FileEdit>, Refusal> {
        let project = file.task.project;
        let mut edits = Vec::new();
        for (compose, service) in self.on(file, launch) {
            let place = || {
                format!(
                    "the service `{}` in {}:{}",
                    service.name,
                    compose.path,
                    compose.line(service.place())
                )
            };
            match &service.command {
                Command::OfImage => {
                    for name in launch.server.count.overruled_by {
                        if compose::setting(project, compose, service, name) != Setting::Missing {
                            let text =
                                format!("{} sets {name}, which the command line overrules now", place());
                            return Err(Refusal::new("overruled", text, format!("set {variable} there")));
                        }
                    }
                    if let Setting::Value(value) = compose::setting(project, compose, service, variable)
                        && default_of(&value) != number
                    {
                        let text = format!("{} sets {variable}={value}, which has no effect now", place());
                        return Err(Refusal::new(
                            "variable-set",
                            text,
                            "set it to the number that is wanted",
                        ));
                    }
                }
                Command::Own { server: Some(started), .. } => {
                    let reads = started.server.count.variable == Some(variable);
                    if !reads || started.counted || started.reloads {
                        continue;
                    }
                    if compose::setting(project, compose, service, variable) != Setting::Missing {
                        continue;
                    }
                    match compose::set(compose, service, variable, "1", true) {
                        Ok(edit) => edits.push(FileEdit { file: compose.path.clone(), edit }),
                        Err(why) => {
                            let text = format!(
                                "{} starts {} with one worker, and would read {variable}; {why}",
                                place(),
                                started.server.name
                            );
                            return Err(Refusal::new("other-command", text, "give that one its number"));
                        }
                    }
                }
                Command::Own { server: None, .. } => {}
            }
        }
        Ok(edits)
    }

    /// As [`Consumers::kept`], where the number stays in a start script, beside the variable: nothing else overrules that.
    pub(super) fn kept_in_script(
        &self,
        file: &File<'_>,
        launch: &Launch,
        variable: &str,
        number: u32,
    ) -> Result<(), Refusal> {
        for (compose, service) in self.on(file, launch) {
            let setting = compose::setting(file.task.project, compose, service, variable);
            let Setting::Value(value) = setting else { continue };
            if default_of(&value) != Some(number) {
                let line = compose.line(service.place());
                let text = format!(
                    "the service `{}` in {}:{line} sets {variable}={value}, which has no effect now",
                    service.name, compose.path
                );
                return Err(Refusal::new("variable-set", text, "set it to the number that is wanted"));
            }
        }
        Ok(())
    }

    /// What is to say of the services, where the number of workers comes from `variable`.
    pub(super) fn decisions(
        &self,
        file: &File<'_>,
        launch: &Launch,
        span: Span,
        variable: &str,
        number: Option<u32>,
    ) -> Vec<Decision> {
        let Some(number) = number else { return Vec::new() };
        let mut decisions = Vec::new();
        let mut asked = false;
        for (compose, service) in self.on(file, launch) {
            match &service.command {
                Command::Own { server: Some(started), span: command }
                    if started.counted && started.server.count.variable == Some(variable) =>
                {
                    let text = format!(
                        "the service `{}` in {}:{} gives the number on its command line, which overrules {variable}",
                        service.name,
                        compose.path,
                        compose.line(*command)
                    );
                    let way_out = format!("leave the option away there, and set {variable} for the service");
                    decisions.push(file.decision(&OVERRULED, span, advised("overruled", text, way_out)));
                }
                Command::Own { .. } => {}
                // The service that it adds to has the variable.
                Command::OfImage if service.adds => {}
                Command::OfImage => {
                    let Some(outcome) = sets(file, compose, service, variable, number, &mut asked) else {
                        continue;
                    };
                    let place = Place { file: compose.path.clone(), span: service.place() };
                    decisions.push(Decision { place, ..file.decision(&COMPOSE, span, outcome) });
                }
            }
        }
        decisions
    }
}

/// Sets the variable for a service that starts what the image says.
fn sets(
    file: &File<'_>,
    compose: &ComposeFile,
    service: &Service,
    variable: &str,
    number: u32,
    asked: &mut bool,
) -> Option<Outcome> {
    let has_files = !service.env_files.is_empty() && !compose.has_environment(service);
    if has_files || compose::setting(file.task.project, compose, service, variable) != Setting::Missing {
        return Some(Outcome::Already);
    }
    let value = format!("${{{variable}:-{number}}}");
    match file.task.consent(&COMPOSE) {
        Consent::Given => Some(match compose::set(compose, service, variable, &value, false) {
            Ok(edit) => {
                let edits = vec![FileEdit { file: compose.path.clone(), edit }];
                Outcome::Applied(Change { edits, declares: Vec::new(), note: None })
            }
            Err(why) => {
                let text = format!("the service `{}`: {why}", service.name);
                let way_out = format!("set {variable} there by hand, or leave the image's number");
                Refusal::new("environment", text, way_out).into_outcome()
            }
        }),
        _ if std::mem::replace(asked, true) => None,
        _ => {
            let text = format!("the service `{}` could set the number of workers: {variable}", service.name);
            let way_out = format!("{} writes {variable}: {value}", Selection::option_for(&COMPOSE));
            Some(advised("compose", text, way_out))
        }
    }
}

/// The number that a value of a compose file stands for where nothing outside sets the variable.
fn default_of(value: &str) -> Option<u32> {
    let inner = value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    match inner {
        Some(inner) => inner.split_once('-')?.1.parse().ok(),
        None => value.parse().ok(),
    }
}

fn advised(code: &'static str, text: String, way_out: String) -> Outcome {
    Outcome::Advised { reason: Reason { code, text }, way_out }
}
