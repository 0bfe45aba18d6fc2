using System.Diagnostics;

namespace Valkeyrie.Tests.Rigs;

/// <summary>If the test run itself is killed, ends the processes that use its folders, and removes the folders. A small shell reads
/// their names from a pipe that only this process holds, and acts when the pipe closes, however this process ends.</summary>
internal static class Reaper
{
    // Each folder's name is unique, so a command line with it belongs to this run. A process that is being killed can still write for a moment.
    private const string Script = """
        while read -r folder; do folders="$folders $folder"; done
        for folder in $folders; do
            [ -e "$folder" ] || continue
            for process in /proc/[0-9]*; do
                grep -qsaF "$folder" "$process/cmdline" && kill -9 "${process#/proc/}"
            done
            for attempt in 1 2 3 4 5 6 7 8 9; do rm -rf "$folder" 2>/dev/null && break; sleep 0.1; done
        done
        """;

    private static readonly Lazy<StreamWriter?> Folders = new(Start);

    /// <summary>Registers a folder. A folder whose path contains spaces, or on Windows, is not registered.</summary>
    public static void Watch(string folder)
    {
        if (Folders.Value is not { } folders || folder.Contains(' ', StringComparison.Ordinal))
        {
            return;
        }

        lock (folders)
        {
            folders.WriteLine(folder);
            folders.Flush();
        }
    }

    private static StreamWriter? Start() => OperatingSystem.IsWindows()
        ? null
        : Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script]) { RedirectStandardInput = true })!.StandardInput;
}
