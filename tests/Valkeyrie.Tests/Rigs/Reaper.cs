using System.Diagnostics;

namespace Valkeyrie.Tests.Rigs;

/// <summary>Should the test run itself be killed, ends the processes that work in its folders, and removes the folders. A small shell reads
/// their names from a pipe that only this process holds, and acts when the pipe closes, however this process ends.</summary>
internal static class Reaper
{
    // Each folder's name is unique, so whose command line names it is ours. A process that is being killed may still write for a moment.
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

    /// <summary>Has a folder looked after. Its path must hold no spaces; where it does, or on Windows, nobody looks after it.</summary>
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
