//! Both images started, and what the new one does worse.

use dockfit_engine::BuiltImage;
use dockfit_image::Config;

use super::Stopped;
use super::rewritten::Rewritten;
use crate::args::VerifyArgs;
use crate::trial::{Outcome, Request, Service, Start, Trial, engine_problem, service, start};

/// Both starts.
pub(super) struct Starts {
    /// The compose service that they were started like.
    pub(super) service: Option<Service>,
    pub(super) before: Start,
    pub(super) after: Start,
}

impl Starts {
    /// Starts one after the other: they may want the same port.
    pub(super) fn of(
        trial: &Trial<'_>,
        rewritten: &Rewritten,
        images: [(&BuiltImage, &Config); 2],
        args: &VerifyArgs,
    ) -> Result<Self, Stopped> {
        let [(image_before, config_before), (image_after, config_after)] = images;
        let path = rewritten.site.dockerfile(&rewritten.before).map(dockfit_rewrite::Dockerfile::path);
        let service = match path {
            Some(path) => service(&rewritten.before, path, args.start.service.as_deref())?,
            None => None,
        };
        let started = |image, side, config| {
            start(trial, &Request::of(image, side, config, service.as_ref(), &args.start), &mut |_| {})
                .map_err(|error| Stopped::from(engine_problem(&error, None)))
        };
        let before = started(image_before, "before", config_before)?;
        let after = started(image_after, "after", config_after)?;
        Ok(Self { service, before, after })
    }

    /// What is wrong, each in a sentence; none where the new image starts and ends as well as the present one.
    pub(super) fn failures(&self) -> Vec<String> {
        let (was, is) = (&self.before.outcome, &self.after.outcome);
        let mut found = Vec::new();
        match (was, is) {
            (_, Outcome::Ready(_)) | (Outcome::Ended(0), Outcome::Ended(0)) => {}
            (Outcome::Ready(_) | Outcome::Ended(0), _) => {
                found.push(format!("after does not come up: {}", said(is)));
            }
            _ => found.push(format!(
                "neither comes up, so nothing can be said of it: before {}, after {}",
                said(was),
                said(is)
            )),
        }
        if let Some(is) = &self.after.stop {
            let was_killed = self.before.stop.as_ref().is_some_and(|was| was.killed);
            let was_code = self.before.stop.as_ref().map_or(0, |was| was.exit_code);
            if is.killed && !was_killed {
                found.push("after does not end when it is asked to, and had to be killed".to_owned());
            } else if is.exit_code != 0 && was_code == 0 && !is.killed {
                found.push(format!(
                    "after ends with status {} when it is asked to, before with 0",
                    is.exit_code
                ));
            }
        }
        found
    }
}

/// An outcome in words.
pub(super) fn said(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Ready(took) => format!("ready after {:.1} s", took.as_secs_f64()),
        Outcome::Ended(code) => format!("ended by itself with status {code}"),
        Outcome::NotReady(why) => why.clone(),
    }
}
