import Subprocess
import SystemPackage

/// Ends a server's process group when this process is killed and can't do it any more.
///
/// A small shell in a session of its own waits at a pipe that only this process holds open: a line says that all is
/// well, and its end, which the kernel brings about however a process dies, that nobody is left to stop the server. A
/// signal at the parent's death (`PR_SET_PDEATHSIG`) would be no way: it comes when the *thread* ends that started the
/// server, and threads of a pool come and go.
struct MCPWatchdog: Sendable {
    /// `$1` is the group; between the signals are the two seconds that a server always gets.
    private static let script = """
        if read -r _; then exit 0; fi
        kill -s TERM -- "-$1"
        sleep 2
        kill -s KILL -- "-$1"
        """

    /// The number of the process group.
    let group: Int32

    /// Watches until `ended` finishes, which has to be before the group's number can be somebody else's.
    ///
    /// Without a shell on this machine nothing is watched: then only a manager of services can clean up.
    func watch(until ended: AsyncStream<Never>) async {
        do {
            _ = try await Subprocess.run(
                self.configuration, input: .inputWriter, output: .discarded, error: .discarded
            ) { execution in
                for await _ in ended {}
                _ = try await execution.standardInputWriter.write(Array("done\n".utf8))
                try await execution.standardInputWriter.finish()
            }
        } catch {
            // It has no shell, or was killed by somebody: the server works as well without it.
            for await _ in ended {}
        }
    }

    private var configuration: Configuration {
        var options = PlatformOptions()
        options.createSession = true  // A Ctrl-C at the terminal is not for it.
        return Configuration(
            executable: .path("/bin/sh"),
            arguments: Arguments(["-c", Self.script, "belay-mcp-watchdog", String(self.group)]),
            environment: .custom(["PATH": "/usr/bin:/bin"]), platformOptions: options)
    }
}
