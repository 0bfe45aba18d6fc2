using Valkeyrie.Embedded.Files;

namespace Valkeyrie.Embedded;

/// <summary>Opens embedded stores, and registers their schemes with <see cref="KvStore.Open"/>: a file path or <c>embedded:FILE</c> for a file that the
/// processes of a machine share, <c>embedded:</c> alone for the user's default file, <c>memory:</c> for a private store that ends with the process.</summary>
/// <remarks>The address of a file can end with <c>?history=REVISIONS&amp;age=TIME</c> (as in <c>?history=5000&amp;age=2h</c>); see
/// <see cref="EmbeddedOptions"/>. To open a file whose name contains a question mark, use <see cref="Open"/>.</remarks>
public static class EmbeddedStore
{
    /// <summary>The scheme of a store in a file.</summary>
    public const string FileScheme = KvAddress.FileScheme;

    /// <summary>The scheme of a store in memory.</summary>
    public const string MemoryScheme = "memory";

    /// <summary>The default file: <c>Valkeyrie\store.db</c> under <c>LOCALAPPDATA</c> on Windows; elsewhere <c>valkeyrie/store.db</c> under
    /// <c>XDG_DATA_HOME</c>, if set, otherwise under <c>~/.local/share</c> on Linux, and <c>~/Library/Application Support/Valkeyrie/store.db</c> on
    /// macOS.</summary>
    /// <exception cref="KvInvalidArgumentException">The user has no home folder.</exception>
    public static string DefaultPath => DefaultFile.GetPath();

    /// <summary>Registers the schemes. Further calls have no effect.</summary>
    public static void Register()
    {
        KvStore.Register(FileScheme, (address, options) => OpenAt(EmbeddedAddress.Parse(address), options));
        KvStore.Register(MemoryScheme, (address, options) => OpenAt(EmbeddedAddress.Parse(address), options));
    }

    /// <summary>Opens a store in a file. The file is created at the first use, readable only by its owner. Its folder must exist, except for the default
    /// one.</summary>
    /// <remarks>On Windows the file inherits the read access of its folder. The default folder is in the user's profile, which other users cannot
    /// access.</remarks>
    /// <param name="path">The file; null or empty for <see cref="DefaultPath"/>.</param>
    /// <param name="history">The bounds of the history; null for the defaults.</param>
    /// <param name="options">Namespace and timeout; null for the defaults.</param>
    /// <exception cref="KvInvalidArgumentException">An option is not valid, or applies only to a store with a server.</exception>
    public static IKvStore Open(string? path, EmbeddedOptions? history = null, KvStoreOptions? options = null) =>
        OpenAt(EmbeddedAddress.OfFile(path ?? "", history ?? new EmbeddedOptions()), options ?? new KvStoreOptions());

    /// <summary>Opens a new store in memory, which ends when it is closed.</summary>
    /// <param name="history">The bounds of the history; null for the defaults.</param>
    /// <param name="options">Namespace and timeout; null for the defaults.</param>
    /// <exception cref="KvInvalidArgumentException">An option is not valid, or applies only to a store with a server.</exception>
    public static IKvStore OpenInMemory(EmbeddedOptions? history = null, KvStoreOptions? options = null) =>
        OpenAt(new EmbeddedAddress("", history ?? new EmbeddedOptions()), options ?? new KvStoreOptions());

    private static RevisionedStore OpenAt(EmbeddedAddress address, KvStoreOptions options)
    {
        options.Check();
        address.Options.Check();
        if (options.Credential is not null || options.Tls is not null)
        {
            throw new KvInvalidArgumentException("The embedded store has no server and does not use a credential or certificates. Omit them.");
        }

        return Over(new EmbeddedEngine(address, options));
    }

    /// <summary>Creates the store on an engine.</summary>
    internal static RevisionedStore Over(EmbeddedEngine engine) => new(new ObservedEngine(engine));
}
