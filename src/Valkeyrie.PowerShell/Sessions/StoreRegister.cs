using System.Text.Json;
using System.Text.Json.Serialization;
using Valkeyrie.Engine;
using Valkeyrie.PowerShell.Files;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>The user's file of registered stores, which all processes of the user share.</summary>
internal static class StoreRegister
{
    private const int MostTries = 20;
    private const int SharingViolation = unchecked((int)0x80070020);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The path of the file: <c>Valkeyrie\stores.json</c> under <c>APPDATA</c> on Windows; elsewhere <c>valkeyrie/stores.json</c> under
    /// <c>XDG_CONFIG_HOME</c> if it is set, otherwise under <c>~/.config</c> on Linux, and <c>~/Library/Application Support/Valkeyrie/stores.json</c> on
    /// macOS.</summary>
    public static string Path => UserFolders.Configuration is { } folder
        ? System.IO.Path.Combine(folder, "stores.json")
        : throw new IOException("Stores cannot be registered: the user has no home folder.");

    /// <summary>Reads the registered stores, ordered by name.</summary>
    /// <exception cref="InvalidDataException">The file cannot be read.</exception>
    public static IReadOnlyList<KvRegisteredStore> Read()
    {
        // The usual case causes no exception: the first one in a session is slow.
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

    // Windows refuses to open a file while another process replaces it.
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

    // Users edit this file by hand. A mistake in it is reported here, and not as an obscure failure of a connection.
    private static List<KvRegisteredStore> Checked(List<KvRegisteredStore?>? read)
    {
        if (read is null)
        {
            throw Malformed("It contains null instead of a list of stores.");
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

    /// <summary>Finds the store of a name; null if there is none, or if the text cannot be a name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="InvalidDataException">The file cannot be read.</exception>
    public static KvRegisteredStore? Find(string? name) => KvRegisteredStore.IsName(name) ? Read().FirstOrDefault(s => s.IsNamed(name!)) : null;

    /// <summary>Changes the registered stores, protected from changes by other processes.</summary>
    /// <param name="change">Computes the new stores from the old ones; null for no change.</param>
    /// <param name="cancellationToken">Ends the wait for other processes.</param>
    /// <exception cref="InvalidDataException">The file cannot be read.</exception>
    /// <exception cref="IOException">The file cannot be written, or another process keeps it locked for too long.</exception>
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

    // The lock is a separate file that remains: the other file is replaced with each change.
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
