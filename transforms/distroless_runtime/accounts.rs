//! Users and groups by number: an image without `useradd` knows no names.

use std::collections::BTreeMap;

use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;

/// A user that the stage has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) home: Option<String>,
    /// Whether the home folder was made with it.
    pub(super) makes_home: bool,
    /// Whether its numbers follow from what the image has, and stand nowhere.
    pub(super) derived: bool,
}

/// The users and groups of a stage.
#[derive(Debug)]
pub(super) struct Accounts {
    users: BTreeMap<String, Account>,
    groups: BTreeMap<String, u32>,
    /// The next numbers that useradd and groupadd would take; nothing where the image may have such users already.
    next: Option<Next>,
}

/// What shadow's programs take next (login.defs: `UID_MIN` 1000 upwards, `SYS_UID_MAX` 999 downwards).
#[derive(Clone, Copy, Debug)]
struct Next {
    user: u32,
    group: u32,
    system_user: u32,
    system_group: u32,
    /// Busybox counts system users upwards from 100.
    upwards: bool,
}

/// Users of Debian's images: name, uid, gid. Source: base-passwd 3.6, `passwd.master`; 2026-11-24.
const DEBIAN_USERS: &[(&str, u32, u32)] = &[
    ("root", 0, 0),
    ("daemon", 1, 1),
    ("bin", 2, 2),
    ("sys", 3, 3),
    ("games", 5, 60),
    ("man", 6, 12),
    ("lp", 7, 7),
    ("mail", 8, 8),
    ("news", 9, 9),
    ("uucp", 10, 10),
    ("proxy", 13, 13),
    ("www-data", 33, 33),
    ("backup", 34, 34),
    ("list", 38, 38),
    ("irc", 39, 39),
    ("nobody", 65534, 65534),
];

/// Groups of Debian's images that are not named like a user of the same number. Source: base-passwd 3.6, `group.master`;
/// 2026-11-24.
const DEBIAN_GROUPS: &[(&str, u32)] = &[
    ("root", 0),
    ("adm", 4),
    ("tty", 5),
    ("disk", 6),
    ("staff", 50),
    ("users", 100),
    ("www-data", 33),
    ("daemon", 1),
    ("bin", 2),
    ("nogroup", 65534),
];

impl Accounts {
    /// Those of an image. `image_users`: users beyond the system's. `plain`: the image has surely no further users, so that
    /// it can be told which numbers the next ones get.
    pub(super) fn of_image(image_users: &[(&str, u32, u32)], plain: bool, alpine: bool) -> Self {
        let mut users = BTreeMap::new();
        let mut groups: BTreeMap<String, u32> =
            DEBIAN_GROUPS.iter().map(|(name, gid)| ((*name).to_owned(), *gid)).collect();
        for (name, uid, gid) in DEBIAN_USERS.iter().chain(image_users) {
            let home = match *name {
                "root" => Some("/root".to_owned()),
                _ if *uid >= 1000 && *uid != 65534 => Some(format!("/home/{name}")),
                _ => None,
            };
            let account = Account { uid: *uid, gid: *gid, makes_home: home.is_some(), home, derived: false };
            users.insert((*name).to_owned(), account);
            groups.entry((*name).to_owned()).or_insert(*gid);
        }
        let first = if image_users.is_empty() { 1000 } else { 1001 };
        if alpine {
            // Source: alpine-baselayout 3.7, `group`; 2026-11-24.
            groups.insert("nogroup".to_owned(), 65533);
        }
        // In Alpine the group 100 is taken (`users`).
        let (system_user, system_group) = if alpine { (100, 101) } else { (999, 999) };
        let next = Next { user: first, group: first, system_user, system_group, upwards: alpine };
        let next = plain.then_some(next);
        Self { users, groups, next }
    }

    /// The user of that name or number.
    pub(super) fn user(&self, name: &str) -> Option<&Account> {
        let number =
            || name.parse().ok().and_then(|uid: u32| self.users.values().find(|user| user.uid == uid));
        self.users.get(name).or_else(number)
    }

    /// The gid of a group, by name or number.
    pub(super) fn group(&self, name: &str) -> Option<u32> {
        name.parse().ok().or_else(|| self.groups.get(name).copied())
    }

    /// The numbers that `user`, `user:group` or `:group` mean to chown or COPY.
    pub(super) fn numbers(&self, owner: &str) -> Option<(u32, u32)> {
        let (user, group) = owner.split_once(':').map_or((owner, None), |(user, group)| (user, Some(group)));
        let account = self.user(user);
        let uid = account.map(|account| account.uid).or_else(|| user.parse().ok())?;
        let gid = match group {
            Some("") => account?.gid,
            Some(group) => self.group(group)?,
            None => account.map_or(uid, |account| account.gid),
        };
        Some((uid, gid))
    }

    /// Takes a command that makes a user or group in; nothing where it does not.
    pub(super) fn take(&mut self, call: &Call<'_>) -> Option<Result<(), Refusal>> {
        let tool = TOOLS.iter().find(|tool| tool.program == call.program)?;
        Some(self.make(tool, call))
    }

    fn make(&mut self, tool: &Tool, call: &Call<'_>) -> Result<(), Refusal> {
        let made = tool.read(call)?;
        let gid = match (&made.group, made.gid) {
            (_, Some(gid)) => Some(gid),
            (Some(name), None) => {
                let unknown = || {
                    let text = format!("the gid of the group `{name}` cannot be told from this file");
                    Refusal::new(
                        "group-unknown",
                        text,
                        format!("create the group with a fixed gid (`groupadd --gid 1000 {name}`)"),
                    )
                };
                Some(self.group(name).ok_or_else(unknown)?)
            }
            (None, None) => None,
        };
        if tool.is_group {
            let gid = match gid {
                Some(gid) => gid,
                None => self.next_group(made.system, &made.name, tool)?,
            };
            self.groups.insert(made.name, gid);
            return Ok(());
        }
        let derived = made.uid.is_none();
        let uid = match made.uid {
            Some(uid) => uid,
            None => self.next_user(made.system, &made.name, tool)?,
        };
        // A group of the user's own has the user's number where that is free.
        let own = || (!self.groups.values().any(|gid| *gid == uid)).then_some(uid);
        let gid = match (gid, tool.program == "adduser" && made.system && !made.own_group) {
            (Some(gid), _) => gid,
            (None, true) => self.group("nogroup").ok_or_else(|| unknown_number(&made.name))?,
            (None, false) => own().ok_or_else(|| unknown_number(&made.name))?,
        };
        self.groups.entry(made.name.clone()).or_insert(gid);
        let home = made.home.or_else(|| Some(format!("/home/{}", made.name)));
        self.users
            .insert(made.name.clone(), Account { uid, gid, home, makes_home: made.makes_home, derived });
        Ok(())
    }

    fn next(&mut self, system: bool, name: &str, tool: &Tool) -> Result<&mut Next, Refusal> {
        // Debian's adduser looks for a number in a way of its own.
        let told = |next: &&mut Next| tool.is_shadow || !system || next.upwards;
        self.next.as_mut().filter(told).ok_or_else(|| unknown_number(name))
    }

    fn next_user(&mut self, system: bool, name: &str, tool: &Tool) -> Result<u32, Refusal> {
        let next = self.next(system, name, tool)?;
        if system {
            let found = next.system_user;
            next.system_user = if next.upwards { found + 1 } else { found - 1 };
            Ok(found)
        } else {
            next.user += 1;
            Ok(next.user - 1)
        }
    }

    fn next_group(&mut self, system: bool, name: &str, tool: &Tool) -> Result<u32, Refusal> {
        let next = self.next(system, name, tool)?;
        if system {
            let found = next.system_group;
            next.system_group = if next.upwards { found + 1 } else { found - 1 };
            Ok(found)
        } else {
            next.group += 1;
            Ok(next.group - 1)
        }
    }
}

fn unknown_number(name: &str) -> Refusal {
    Refusal::new(
        "user-unknown",
        format!("the number of `{name}` cannot be told from this file"),
        format!("create it with a fixed number (`useradd --uid 1000 {name}`)"),
    )
}

/// A program that makes users or groups, by its options.
struct Tool {
    program: &'static str,
    is_group: bool,
    /// Whether it is one of shadow's, which count system users downwards from 999.
    is_shadow: bool,
    uid: &'static [&'static str],
    gid: &'static [&'static str],
    home: &'static [&'static str],
    /// Other options that take a value.
    valued: &'static [&'static str],
    makes_home: &'static [&'static str],
    no_home: &'static [&'static str],
    system: &'static [&'static str],
    /// Options that change nothing of what counts here.
    plain: &'static [&'static str],
    /// Whether it makes a home folder unless told otherwise.
    home_by_default: bool,
}

/// The manual pages of shadow 4.17, Debian's adduser 3.152 and busybox 1.37; 2026-11-24.
const TOOLS: [Tool; 4] = [
    Tool {
        program: "useradd",
        is_group: false,
        is_shadow: true,
        uid: &["-u", "--uid"],
        gid: &["-g", "--gid"],
        home: &["-d", "--home-dir", "--home"],
        valued: &["-c", "--comment", "-s", "--shell", "-G", "--groups", "-p", "--password"],
        makes_home: &["-m", "--create-home"],
        no_home: &["-M", "--no-create-home"],
        system: &["-r", "--system"],
        plain: &["-l", "--no-log-init", "-U", "--user-group"],
        home_by_default: false,
    },
    Tool {
        program: "adduser",
        is_group: false,
        is_shadow: false,
        uid: &["-u", "--uid"],
        gid: &["--gid", "--ingroup", "-G"],
        home: &["--home", "-h"],
        valued: &["--gecos", "--comment", "--shell", "-g", "-s"],
        makes_home: &[],
        no_home: &["--no-create-home", "-H"],
        system: &["--system", "-S"],
        plain: &[
            "--disabled-password",
            "--disabled-login",
            "--quiet",
            "-q",
            "--group",
            "--allow-bad-names",
            "-D",
        ],
        home_by_default: true,
    },
    Tool {
        program: "groupadd",
        is_group: true,
        is_shadow: true,
        uid: &[],
        gid: &["-g", "--gid"],
        home: &[],
        valued: &[],
        makes_home: &[],
        no_home: &[],
        system: &["-r", "--system"],
        plain: &["-f", "--force"],
        home_by_default: false,
    },
    Tool {
        program: "addgroup",
        is_group: true,
        is_shadow: false,
        uid: &[],
        gid: &["--gid", "-g"],
        home: &[],
        valued: &[],
        makes_home: &[],
        no_home: &[],
        system: &["--system", "-S"],
        plain: &["--quiet"],
        home_by_default: false,
    },
];

/// What a command makes.
struct Made {
    name: String,
    uid: Option<u32>,
    /// A number.
    gid: Option<u32>,
    /// A name.
    group: Option<String>,
    home: Option<String>,
    makes_home: bool,
    system: bool,
    /// `adduser --group`.
    own_group: bool,
}

impl Tool {
    fn read(&self, call: &Call<'_>) -> Result<Made, Refusal> {
        let not_understood = |word: &str| {
            let text = format!("`{word}` of `{}` is not understood", self.program);
            Refusal::new("not-understood", text, "create the user with useradd and a fixed uid")
        };
        let mut made = Made {
            name: String::new(),
            uid: None,
            gid: None,
            group: None,
            home: None,
            makes_home: self.home_by_default,
            system: false,
            own_group: false,
        };
        let mut words: Vec<String> = Vec::new();
        for arg in &call.args {
            let value = arg.value.as_deref().ok_or_else(|| not_understood(&arg.text))?;
            words.extend(self.spread(value));
        }
        let mut rest = words.into_iter();
        while let Some(word) = rest.next() {
            if !word.starts_with('-') {
                if !made.name.is_empty() {
                    return Err(not_understood(&word));
                }
                made.name = word;
                continue;
            }
            let (option, glued) = match word.split_once('=') {
                Some((option, value)) => (option.to_owned(), Some(value.to_owned())),
                None => (word.clone(), None),
            };
            let has = |options: &[&str]| options.contains(&option.as_str());
            let kinds = [self.uid, self.gid, self.home, self.valued];
            let Some(kind) = kinds.iter().position(|options| has(options)) else {
                made.makes_home = (made.makes_home || has(self.makes_home)) && !has(self.no_home);
                made.system |= has(self.system);
                made.own_group |= option == "--group";
                if !(has(self.makes_home) || has(self.no_home) || has(self.system) || has(self.plain)) {
                    return Err(not_understood(&word));
                }
                continue;
            };
            let value = glued.or_else(|| rest.next()).ok_or_else(|| not_understood(&word))?;
            match kind {
                0 => made.uid = Some(value.parse().map_err(|_| not_understood(&value))?),
                1 => match value.parse() {
                    Ok(gid) => made.gid = Some(gid),
                    Err(_) => made.group = Some(value),
                },
                2 => made.home = Some(value),
                _ => {}
            }
        }
        if made.name.is_empty() { Err(not_understood(self.program)) } else { Ok(made) }
    }

    /// `-rm` as `-r -m`, where all letters are options without a value but perhaps the last one.
    fn spread(&self, word: &str) -> Vec<String> {
        let letters = word.strip_prefix('-').filter(|rest| !rest.starts_with('-') && rest.len() > 1);
        let Some(letters) = letters else { return vec![word.to_owned()] };
        let spread: Vec<String> = letters.chars().map(|letter| format!("-{letter}")).collect();
        let known = |option: &String| {
            [
                self.uid,
                self.gid,
                self.home,
                self.valued,
                self.makes_home,
                self.no_home,
                self.system,
                self.plain,
            ]
            .iter()
            .any(|options| options.contains(&option.as_str()))
        };
        if spread.iter().all(known) { spread } else { vec![word.to_owned()] }
    }
}
