import Foundation

/// A disk that goes wrong while a server has its store on it.
enum FaultyDisk {
    /// A small disk in memory, mounted on `disk` in the project's folder.
    static func full(megabytes: Int, in project: Project, _ body: () async throws -> Void) async throws {
        let folder = project.path("disk")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let mounted = try await project.start(
            "mount", ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", folder]
        ).ended()
        guard mounted.status == 0 else { throw Patience.Exhausted(description: "mount: \(mounted)") }
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        // Whoever still has a file open keeps it until the end.
        _ = try await project.start("umount", ["-l", folder]).ended()
        try result.get()
    }

    /// Whether a disk in memory can be mounted here, which is found out by doing so: in many containers root may not.
    static let canMount: Bool = {
        #if os(Linux)
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("belay-mount-\(getpid())").path
            do {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
                defer { try? FileManager.default.removeItem(atPath: folder) }  // An empty folder harms nobody.
                guard try Self.run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder) else { return false }
                return try Self.run("umount", "-l", folder)
            } catch {
                return false
            }
        #else
            false
        #endif
    }()

    /// - Returns: Whether it went well.
    private static func run(_ arguments: String...) throws -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    /// Takes all the room that is left on `disk`.
    static func fill(in project: Project) throws {
        let path = project.path("disk/ballast")
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
        else { throw Patience.Exhausted(description: "no ballast can be made") }
        defer { try? file.close() }  // What is written is on a disk in memory.
        var size = 1 << 20
        while size > 0 {
            do { try file.write(contentsOf: Data(count: size)) } catch { size /= 2 }
        }
    }

    static func free(in project: Project) throws {
        try FileManager.default.removeItem(atPath: project.path("disk/ballast"))
    }

    /// What builds the library that makes syncs fail; nil where there is none, or where it would not be loaded.
    static let compiler: String? = {
        #if os(Linux)
            let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            return ["cc", "clang"].first { name in
                folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
            }
        #else
            nil
        #endif
    }()

    /// Makes every program that is started from now on meet an I/O error when it syncs the store's file or log, for as
    /// long as the file `broken` is there.
    static func breakSyncs(in project: Project) async throws {
        try project.write("failsync.c", Self.library)
        let built = try await project.start(
            Self.compiler ?? "cc", ["-shared", "-fPIC", "-O1", "-o", "failsync.so", "failsync.c", "-ldl"]
        ).ended()
        guard built.status == 0 else { throw Patience.Exhausted(description: "failsync.c: \(built)") }
        project.set("LD_PRELOAD", to: project.path("failsync.so"))
        project.set("FAILSYNC_WHILE", to: project.path("broken"))
    }

    private static let library = #"""
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <unistd.h>

        static int is_broken(int file) {
            const char *flag = getenv("FAILSYNC_WHILE");
            char link[64], path[4096];
            ssize_t length;
            if (flag == NULL || access(flag, F_OK) != 0) return 0;
            snprintf(link, sizeof link, "/proc/self/fd/%d", file);
            length = readlink(link, path, sizeof path - 1);
            if (length < 0) return 0;
            path[length] = 0;
            return strstr(path, "belay.db") != NULL;
        }

        static int sync_file(const char *name, int file) {
            int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
            if (is_broken(file)) {
                errno = EIO;
                return -1;
            }
            return real(file);
        }

        int fsync(int file) { return sync_file("fsync", file); }
        int fdatasync(int file) { return sync_file("fdatasync", file); }
        """#
}
