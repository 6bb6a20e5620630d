//! Random schedules of writes, reads and looks of the feed on several nodes, on a simulated clock: what a
//! node trusts is never older than the staleness bound, and never older than what was acknowledged at
//! that node.

use tacit_core::random::Random;

use super::*;

const SCHEDULES: u64 = 10_000;
const STEPS: usize = 80;
const NODES: usize = 3;
const PROJECTS: usize = 2;

/// What the database held, and since when.
#[derive(Default)]
struct History(Vec<(Uptime, i64)>);

impl History {
    fn now(&self) -> i64 {
        self.0.last().map_or(0, |(_, value)| *value)
    }

    /// What it held at a time.
    fn at(&self, time: Uptime) -> i64 {
        self.0.iter().rev().find(|(since, _)| *since <= time).map_or(0, |(_, value)| *value)
    }

    fn raise(&mut self, now: Uptime) -> i64 {
        self.0.push((now, self.now() + 1));
        self.now()
    }
}

/// A look of the feed that is under way.
struct Look {
    began_at: Uptime,
    followed: Vec<ProjectId>,
    rights: Option<i64>,
}

struct Node {
    revisions: Revisions,
    look: Option<Look>,
    /// What is kept under an epoch, and the state of the rights in the database it was computed from.
    kept: Option<(RightsEpoch, i64)>,
    acknowledged_rights: i64,
    acknowledged: [i64; PROJECTS],
}

struct World {
    random: Random,
    now: Uptime,
    rights: History,
    projects: [History; PROJECTS],
    nodes: Vec<Node>,
    trusted: u64,
}

fn project(index: usize) -> ProjectId {
    ProjectId::new(format!("project-{index}"))
}

impl World {
    fn new(seed: u64) -> Self {
        let node = || Node {
            revisions: Revisions::new(false),
            look: None,
            kept: None,
            acknowledged_rights: 0,
            acknowledged: [0; PROJECTS],
        };
        Self {
            random: Random::seeded(seed),
            now: 0,
            rights: History::default(),
            projects: std::array::from_fn(|_| History::default()),
            nodes: std::iter::repeat_with(node).take(NODES).collect(),
            trusted: 0,
        }
    }

    fn below(&self, end: usize) -> usize {
        usize::from(u16::from_le_bytes(self.random.bytes::<2>())) % end
    }

    fn pass_time(&mut self) {
        self.now += [0, 1, 40, 300, 900][self.below(5)];
    }

    fn step(&mut self) {
        let (node, index) = (self.below(NODES), self.below(PROJECTS));
        match self.below(8) {
            0 => self.pass_time(),
            1 => self.write_rights(node),
            2 => self.write_project(node, index),
            3 => self.read(node, index),
            4 | 5 => self.look(node),
            6 => self.nodes[node].look = None,
            _ => {}
        }
        self.check(node, index);
    }

    fn write_rights(&mut self, node: usize) {
        let stored = self.rights.raise(self.now);
        let is_confirmed = self.below(4) > 0;
        let changes = Changes { rights: true, projects: Vec::new() };
        self.nodes[node].revisions.committed(&changes, is_confirmed.then_some(stored));
        self.nodes[node].acknowledged_rights = stored;
    }

    fn write_project(&mut self, node: usize, index: usize) {
        let revision = self.projects[index].raise(self.now);
        let changes = Changes { rights: false, projects: vec![(project(index), revision)] };
        self.nodes[node].revisions.committed(&changes, None);
        self.nodes[node].acknowledged[index] = revision;
    }

    /// A reader asks for the state of the rights, takes its time, and reads.
    fn read(&mut self, node: usize, index: usize) {
        let began_at = self.now;
        let epoch = self.nodes[node].revisions.rights(began_at);
        self.pass_time();
        let revision = self.projects[index].now();
        if self.below(2) == 0 {
            self.write_project(node, index);
        }
        let node = &mut self.nodes[node];
        node.revisions.saw_project(&project(index), revision, began_at);
        node.kept = epoch.map(|epoch| (epoch, self.rights.now())).or(node.kept);
    }

    /// The feed begins to look, looks at the rights, or looks at the projects and is done.
    fn look(&mut self, node: usize) {
        let projects = &self.projects;
        let node = &mut self.nodes[node];
        let Some(look) = &mut node.look else {
            let followed = node.revisions.followed();
            node.look = Some(Look { began_at: self.now, followed, rights: None });
            return;
        };
        let Some(rights) = look.rights else {
            look.rights = Some(self.rights.now());
            return;
        };
        let found = (0..PROJECTS).map(|index| (project(index), projects[index].now())).collect();
        node.revisions.confirm(look.began_at, rights, &look.followed, &found);
        node.look = None;
    }

    fn check(&mut self, node: usize, index: usize) {
        let (node, bound) = (&self.nodes[node], self.now - TRUST_MAX);
        if let Some(revision) = node.revisions.project(&project(index), self.now) {
            self.trusted += 1;
            assert!(revision >= self.projects[index].at(bound - 1), "a project older than the bound");
            assert!(revision >= node.acknowledged[index], "a project older than what was written here");
            assert!(revision <= self.projects[index].now(), "a revision that does not exist");
        }
        if let (Some(epoch), Some((kept, rights))) = (node.revisions.rights(self.now), node.kept)
            && epoch == kept
        {
            self.trusted += 1;
            assert!(rights >= self.rights.at(bound - 1), "rights older than the bound");
            assert!(rights >= node.acknowledged_rights, "rights older than what was written here");
        }
    }
}

#[test]
fn what_a_node_trusts_is_never_older_than_the_bound_nor_than_what_was_written_there() {
    let mut trusted = 0;
    for seed in 0..SCHEDULES {
        let mut world = World::new(seed);
        for _ in 0..STEPS {
            world.step();
        }
        trusted += world.trusted;
    }
    assert!(trusted > SCHEDULES * 5, "only {trusted} times was anything trusted");
}

#[test]
fn a_process_that_is_alone_always_knows() {
    let revisions = Revisions::new(true);
    let before = revisions.rights(i64::MAX).unwrap();
    revisions.saw_project(&project(0), 3, 0);
    assert_eq!(revisions.project(&project(0), i64::MAX), Some(3));
    revisions.committed(&Changes { rights: true, projects: vec![(project(0), 4)] }, None);
    revisions.saw_project(&project(0), 3, 0);
    assert_eq!(revisions.project(&project(0), i64::MAX), Some(4), "an older reader changes nothing");
    assert_ne!(revisions.rights(i64::MAX), Some(before));
    assert_eq!(revisions.project(&project(1), 0), None);
}

#[test]
fn a_node_that_is_cut_off_stops_trusting_and_begins_again_when_it_is_back() {
    let revisions = Revisions::new(false);
    assert_eq!(revisions.rights(0), None, "nothing was confirmed yet");
    revisions.saw_project(&project(0), 7, 100);
    revisions.confirm(100, 1, &[], &HashMap::new());
    let epoch = revisions.rights(100 + TRUST_MAX);
    assert!(epoch.is_some());
    assert_eq!(revisions.project(&project(0), 100 + TRUST_MAX), Some(7));
    assert_eq!(revisions.rights(101 + TRUST_MAX), None);
    assert_eq!(revisions.project(&project(0), 101 + TRUST_MAX), None);
    let found = HashMap::from([(project(0), 9)]);
    revisions.confirm(5_000, 2, &[project(0)], &found);
    assert_eq!(revisions.project(&project(0), 5_000), Some(9));
    assert_ne!(revisions.rights(5_000), epoch, "another node changed the rights meanwhile");
}
