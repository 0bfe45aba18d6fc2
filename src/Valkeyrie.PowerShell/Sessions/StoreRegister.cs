using System.Text.Json;
using System.Text.Json.Serialization;
using Valkeyrie.Engine;
using Valkeyrie.PowerShell.Files;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>The user's own file of registered stores, shared by all of the user's processes.</summary>
internal static class StoreRegister
{
    private const int MostTries = 20;
    private const int SharingViolation = unchecked((int)0x80070020);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The file: <c>Valkeyrie\stores.json</c> under <c>APPDATA</c> on Windows; elsewhere <c>valkeyrie/stores.json</c> under <c>XDG_CONFIG_HOME</c>
    /// where that is set, else under <c>~/.config</c> on Linux and <c>~/Library/Application Support/Valkeyrie/stores.json</c> on macOS.</summary>
    public static string Path => UserFolders.Configuration is { } folder
        ? System.IO.Path.Combine(folder, "stores.json")
        : throw new IOException("Stores cannot be registered: the user has no home folder.");

    /// <summary>The stores, in the order of their names.</summary>
    /// <exception cref="InvalidDataException">The file cannot be read.</exception>
    public static IReadOnlyList<KvRegisteredStore> Read()
    {
        // The usual case costs no exception, which a session's first one makes dear.
        if (!File.Exists(Path))
        {
            return [];
        }

        try
        {
            using var stream = OpenToRead();
            return Checked(JsonSerializer.Deserialize<List<KvRegisteredStore?>>(stream, Json));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (JsonException e)
        {
            throw Malformed(e.Message, e);
        }
    }

    // Windows refuses to open a file at the moment at which another process replaces it.
    private static FileStream OpenToRead()
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            }
            catch (Exception e) when (OperatingSystem.IsWindows() && tries < MostTries && e is UnauthorizedAccessException or IOException { HResult: SharingViolation })
            {
                Thread.Sleep(Pause);
            }
        }
    }

    // Users edit this file by hand. A mistake in it shows here, and not as a strange failure of a connection.
    private static List<KvRegisteredStore> Checked(List<KvRegisteredStore?>? read)
    {
        if (read is null)
        {
            throw Malformed("It holds null instead of a list of stores.");
        }

        var stores = new List<KvRegisteredStore>(read.Count);
        foreach (var store in read)
        {
            var place = $"Store {stores.Count + 1} of the list";
            if (store is null)
            {
                throw Malformed($"{place} is null.");
            }

            if (RegisteredStoreRules.FaultIn(store) is { } fault)
            {
                throw Malformed($"{place}{(KvRegisteredStore.IsName(store.Name) ? $", '{store.Name}'," : "")} is not valid: {fault}");
            }

            if (stores.Exists(s => s.IsNamed(store.Name)))
            {
                throw Malformed($"{place} has the same name as another store, '{store.Name}'.");
            }

            stores.Add(store);
        }

        return stores;
    }

    private static InvalidDataException Malformed(string why, Exception? cause = null) =>
        new($"The file of the registered stores, '{Path}', cannot be read: {why} Fix the file, or remove it and register the stores again.", cause);

    /// <summary>The store of a name; null if there is none, or if it cannot be a name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="InvalidDataException">The file cannot be read.</exception>
    public static KvRegisteredStore? Find(string? name) => KvRegisteredStore.IsName(name) ? Read().FirstOrDefault(s => s.IsNamed(name!)) : null;

    /// <summary>Changes the stores, while no other process does.</summary>
    /// <param name="change">Makes the new stores of the old ones; null to leave them as they are.</param>
    /// <param name="cancellationToken">Ends the wait for other processes.</param>
    /// <exception cref="InvalidDataException">The file cannot be read.</exception>
    /// <exception cref="IOException">It cannot be written, or another process is at it for too long.</exception>
    public static void Change(Func<IReadOnlyList<KvRegisteredStore>, IEnumerable<KvRegisteredStore>?> change, CancellationToken cancellationToken)
    {
        OwnerOnly.CreateFolder(System.IO.Path.GetDirectoryName(Path)!);
        using var turn = WaitForTurn(cancellationToken);
        if (change(Read()) is { } stores)
        {
            using var file = new AtomicFile(Path, ownerOnly: true);
            file.Write(stream => JsonSerializer.Serialize(stream, stores.OrderBy(s => s.Name, StringComparer.OrdinalIgnoreCase), Json));
            file.Commit();
        }
    }

    // The lock is a file of its own, which stays: the other one is replaced with each change.
    private static FileStream WaitForTurn(CancellationToken cancellationToken)
    {
        var deadline = Environment.TickCount64 + (long)LongestWait.TotalMilliseconds;
        while (true)
        {
            try
            {
                return OwnerOnly.Create(Path + ".lock", FileMode.OpenOrCreate);
            }
            catch (IOException) when (Environment.TickCount64 < deadline)
            {
                cancellationToken.WaitHandle.WaitOne(Pause);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }
}
