//! A directory: slapd of OpenLDAP, on free ports, with its files in a temporary folder.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};

/// The password of the entry as which the server searches.
pub const BIND_PASS: &str = "searcher canary";
/// As whom it searches.
pub const BIND_DN: &str = "cn=tacit,dc=acme,dc=test";

const PROGRAM: &str = "/usr/sbin/slapd";
const SCHEMA: &str = "/etc/ldap/schema";
const MODULES: &str = "/usr/lib/ldap";

/// Who is in it. `grace` is there twice.
const ENTRIES: &str = "\
dn: dc=acme,dc=test
objectClass: domain
dc: acme

dn: cn=tacit,dc=acme,dc=test
objectClass: person
cn: tacit
sn: tacit
userPassword: searcher canary

dn: ou=people,dc=acme,dc=test
objectClass: organizationalUnit
ou: people

dn: ou=others,dc=acme,dc=test
objectClass: organizationalUnit
ou: others

dn: uid=ada,ou=people,dc=acme,dc=test
objectClass: inetOrgPerson
uid: ada
cn: Ada (Countess*)
sn: Lovelace
employeeType: robot
departmentNumber: 7
userPassword: engine & canary +%

dn: uid=bob,ou=people,dc=acme,dc=test
objectClass: inetOrgPerson
uid: bob
cn: Bob
sn: Bob
employeeType: person
userPassword: bob's canary

dn: uid=grace,ou=people,dc=acme,dc=test
objectClass: inetOrgPerson
uid: grace
cn: Grace
sn: Hopper
employeeType: robot
userPassword: grace canary

dn: uid=grace,ou=others,dc=acme,dc=test
objectClass: inetOrgPerson
uid: grace
cn: Grace
sn: Other
employeeType: robot
userPassword: grace canary
";

/// A running directory; killed when dropped.
pub struct Slapd {
    /// With StartTLS.
    pub plain_port: u16,
    /// With TLS.
    pub tls_port: u16,
    /// PEM of its certificate, made by itself.
    pub certificate: String,
    child: Child,
    _folder: tempfile::TempDir,
}

impl Drop for Slapd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Slapd {
    /// Starts one, if the program is there; `make test` installs it.
    #[expect(clippy::print_stderr, reason = "tests that prove nothing must say so")]
    pub fn start() -> Option<Self> {
        if !Path::new(PROGRAM).exists() {
            eprintln!(
                "\n!!! NOT TESTED: {PROGRAM} is missing. Run scripts/prerequisites.sh, which installs slapd.\n"
            );
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        // Under its own path, systems with AppArmor let it write to its own folders alone.
        let program = folder.path().join("slapd");
        fs::copy(PROGRAM, &program).unwrap();
        let certificate = write_files(folder.path());
        fill(&program, folder.path());
        let (plain_port, tls_port) = (free_port(), free_port());
        let child = run(&program, folder.path(), [plain_port, tls_port]);
        Some(Self { plain_port, tls_port, certificate, child, _folder: folder })
    }
}

fn write_files(folder: &Path) -> String {
    let made =
        rcgen::generate_simple_self_signed(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    write("cert.pem", &made.cert.pem());
    write("key.pem", &made.signing_key.serialize_pem());
    write("entries.ldif", ENTRIES);
    fs::create_dir(folder.join("data")).unwrap();
    let here = folder.display();
    let schemas = ["core", "cosine", "inetorgperson"]
        .iter()
        .fold(String::new(), |text, name| text + &format!("include {SCHEMA}/{name}.schema\n"));
    let settings = format!(
        "{schemas}pidfile {here}/pid\nmodulepath {MODULES}\nmoduleload back_mdb\n\
         TLSCertificateFile {here}/cert.pem\nTLSCertificateKeyFile {here}/key.pem\n\
         database mdb\nmaxsize 16777216\nsuffix dc=acme,dc=test\ndirectory {here}/data\n\
         access to attrs=userPassword by anonymous auth by * none\n\
         access to * by dn.exact={BIND_DN} read by * none\n"
    );
    write("slapd.conf", &settings);
    made.cert.pem()
}

fn fill(program: &Path, folder: &Path) {
    let mut command = Command::new(program);
    command.args(["-T", "add", "-q", "-f", "slapd.conf", "-l", "entries.ldif"]).current_dir(folder);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Runs it and waits until it listens.
fn run(program: &Path, folder: &Path, ports: [u16; 2]) -> Child {
    let [plain, tls] = ports;
    let listen = format!("ldap://127.0.0.1:{plain}/ ldaps://127.0.0.1:{tls}/");
    let mut command = Command::new(program);
    command.args(["-d", "none", "-f", "slapd.conf", "-h", &listen]).current_dir(folder);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let said: Vec<String> = lines.by_ref().take_while(|line| !line.contains("slapd starting")).collect();
    assert!(child.try_wait().unwrap().is_none(), "{said:?}");
    thread::spawn(move || lines.for_each(drop));
    child
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
