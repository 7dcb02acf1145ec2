//! What an application does when it is imported, and must not do before it is forked.

use dockfit_python::source::{Call, Graph, Level, Module};

/// Something that does not survive a fork.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Hazard {
    /// A thread: a forked process has only the one that forked.
    Thread,
    /// An open connection: all workers would write to one socket.
    Connection,
    /// An event loop: it belongs to the process that made it.
    Loop,
    /// State of a device, which cannot be used by a forked process.
    Device,
}

impl Hazard {
    /// A stable word for machines.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Thread => "thread",
            Self::Connection => "connection",
            Self::Loop => "event-loop",
            Self::Device => "device",
        }
    }

    /// What it is, as part of a sentence.
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Thread => "starts a thread, which no forked worker has",
            Self::Connection => "opens a connection, which all forked workers would share",
            Self::Loop => "makes an event loop, which belongs to the process that made it",
            Self::Device => "uses a device, which a forked process cannot",
        }
    }
}

/// How a callee is known: by all of it, its beginning or its end.
enum Known {
    Is(&'static str),
    Begins(&'static str),
    Ends(&'static str),
}

use Known::{Begins, Ends, Is};

/// Calls, by what the source says is called. Sources: the modules' documentation on forking, 2026-11-24: `threading`,
/// `asyncio`, `sqlite3`; SQL Alchemy "Using connection pools with multiprocessing"; `PyMongo` "Is
/// `PyMongo` fork-safe?"; gRPC `doc/fork_support.md`; OpenTelemetry "Working with fork process models"; `PyTorch` "Poor fork in
/// multiprocessing".
const CALLS: &[(Known, Hazard)] = &[
    (Is("threading.Thread().start"), Hazard::Thread),
    (Is("threading.Timer().start"), Hazard::Thread),
    (Is("_thread.start_new_thread"), Hazard::Thread),
    (Is("concurrent.futures.ThreadPoolExecutor().submit"), Hazard::Thread),
    (Is("concurrent.futures.ThreadPoolExecutor().map"), Hazard::Thread),
    (Is("multiprocessing.Pool"), Hazard::Thread),
    (Is("multiprocessing.pool.ThreadPool"), Hazard::Thread),
    (Is("multiprocessing.Manager"), Hazard::Thread),
    (Is("prometheus_client.start_http_server"), Hazard::Thread),
    (Begins("opentelemetry.sdk.trace.export.BatchSpanProcessor"), Hazard::Thread),
    (Begins("opentelemetry.sdk.metrics.export.PeriodicExportingMetricReader"), Hazard::Thread),
    (Ends("BackgroundScheduler().start"), Hazard::Thread),
    (Ends("QueueListener().start"), Hazard::Thread),
    (Is("sqlite3.connect"), Hazard::Connection),
    (Is("psycopg.connect"), Hazard::Connection),
    (Is("psycopg2.connect"), Hazard::Connection),
    (Is("pymysql.connect"), Hazard::Connection),
    (Is("MySQLdb.connect"), Hazard::Connection),
    (Is("mysql.connector.connect"), Hazard::Connection),
    (Is("pymongo.MongoClient"), Hazard::Connection),
    (Is("pymongo.mongo_client.MongoClient"), Hazard::Connection),
    (Is("motor.motor_asyncio.AsyncIOMotorClient"), Hazard::Connection),
    (Is("mongoengine.connect"), Hazard::Connection),
    (Is("pika.BlockingConnection"), Hazard::Connection),
    (Is("kafka.KafkaProducer"), Hazard::Connection),
    (Is("kafka.KafkaConsumer"), Hazard::Connection),
    (Is("confluent_kafka.Producer"), Hazard::Connection),
    (Is("confluent_kafka.Consumer"), Hazard::Connection),
    (Is("socket.create_connection"), Hazard::Connection),
    (Begins("grpc.insecure_channel"), Hazard::Connection),
    (Begins("grpc.secure_channel"), Hazard::Connection),
    (Begins("grpc.aio."), Hazard::Connection),
    (Is("sqlalchemy.create_engine().connect"), Hazard::Connection),
    (Is("sqlalchemy.create_engine().begin"), Hazard::Connection),
    (Ends(".metadata.create_all"), Hazard::Connection),
    (Ends(".metadata.reflect"), Hazard::Connection),
    (Is("asyncio.get_event_loop"), Hazard::Loop),
    (Is("asyncio.new_event_loop"), Hazard::Loop),
    (Is("asyncio.create_task"), Hazard::Loop),
    (Is("asyncio.ensure_future"), Hazard::Loop),
    (Is("asyncio.Runner"), Hazard::Loop),
    (Is("uvloop.new_event_loop"), Hazard::Loop),
    (Begins("torch.cuda."), Hazard::Device),
    (Ends(".cuda"), Hazard::Device),
];

fn hazard(callee: &str) -> Option<Hazard> {
    let fits = |known: &Known| match known {
        Is(name) => callee == *name,
        Begins(start) => callee.starts_with(start),
        Ends(end) => callee.ends_with(end) || callee == end.trim_start_matches('.'),
    };
    CALLS.iter().find(|(known, _)| fits(known)).map(|(_, hazard)| *hazard)
}

/// What the modules of `graph` do when they are imported, in their order; and what any function of `factory` does, the
/// module of a function that makes the application: it is called before the fork.
pub(super) fn found<'g>(graph: &'g Graph, factory: Option<&str>) -> Vec<(&'g Module, &'g Call, Hazard)> {
    let mut found = Vec::new();
    for reached in &graph.modules {
        let is_factory = factory == Some(reached.name.as_str());
        for call in &reached.module.calls {
            let runs = call.level.is_at_import() || (is_factory && call.level == Level::Function);
            if let Some(hazard) = hazard(&call.callee).filter(|_| runs) {
                found.push((&reached.module, call, hazard));
            }
        }
    }
    found
}
