#pragma warning disable CA1416 // what is for other systems alone is skipped on Windows
using System.Diagnostics;
using Valkeyrie.PowerShell.Files;

namespace Valkeyrie.Tests.PowerShell.Files;

/// <summary>Files that are read once, and pipes that are used as files.</summary>
public sealed class InputFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_named_pipe_is_read_once_and_given_as_often_as_asked_for()
    {
        var pipe = NewPipe();
        var content = new byte[300_000];
        Random.Shared.NextBytes(content);
        var writing = Task.Run(() => File.WriteAllBytes(pipe, content), TestContext.Current.CancellationToken);
        using var file = await InputFile.OpenAsync(pipe, InputFile.MostToCopy, default);
        await writing;
        for (var i = 0; i < 3; i++)
        {
            var copy = new MemoryStream();
            await file.Read().CopyToAsync(copy, TestContext.Current.CancellationToken);
            Assert.Equal(content, copy.ToArray());
        }

        Assert.Empty(TemporaryFiles());
    }

    [Fact]
    public async Task The_wait_for_whoever_writes_to_a_pipe_can_be_ended_and_leaves_no_thread_behind()
    {
        var pipe = NewPipe();
        using var stop = new CancellationTokenSource();
        var opening = InputFile.OpenAsync(pipe, InputFile.MostToCopy, stop.Token);
        Assert.False(opening.IsCompleted);
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);

        // The other end has no reader, which a write that does not wait reveals.
        await Patience.UntilAsync(() => Shell($"dd if=/dev/null of='{pipe}' oflag=nonblock conv=notrunc") != 0, "a pipe that nobody reads");
    }

    [Fact]
    public async Task So_can_the_wait_for_what_comes_out_of_a_pipe()
    {
        var pipe = NewPipe();
        using var stop = new CancellationTokenSource();
        var opening = InputFile.OpenAsync(pipe, InputFile.MostToCopy, stop.Token);
        using (var writer = new FileStream(pipe, FileMode.Open, FileAccess.Write))
        {
            writer.Write("[{"u8);
            writer.Flush();
            Assert.False(opening.IsCompleted);
            stop.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
            Assert.Empty(TemporaryFiles());
        }
    }

    [Fact]
    public async Task What_a_device_gives_has_a_limit()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells of temporary files without a name.");
        NewPipe();
        Assert.Contains("3 MiB", (await Assert.ThrowsAsync<IOException>(() => InputFile.OpenAsync("/dev/zero", 3L << 20, default))).Message, StringComparison.Ordinal);
        Assert.Empty(TemporaryFiles());
    }

    [Fact]
    public async Task A_folder_is_no_file()
    {
        Assert.Contains("folder", (await Assert.ThrowsAsync<UnauthorizedAccessException>(() => InputFile.OpenAsync(_folder.Path, 1, default))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<FileNotFoundException>(() => InputFile.OpenAsync(_folder.File("none"), 1, default));
    }

    private static IEnumerable<string> TemporaryFiles() => Directory.EnumerateFiles(Path.GetTempPath(), "valkeyrie-*.tmp");

    private static int Shell(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", command]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private string NewPipe()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no named pipes among its files.");
        Assert.Equal(0, Shell($"mkfifo '{_folder.File("pipe")}'"));
        return _folder.File("pipe");
    }
}
