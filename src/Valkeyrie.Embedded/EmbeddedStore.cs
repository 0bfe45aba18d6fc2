using Valkeyrie.Embedded.Files;

namespace Valkeyrie.Embedded;

/// <summary>Makes the embedded store known to <see cref="KvStore.Open"/>: a file path or <c>embedded:FILE</c> for a file that the processes of a
/// machine share, <c>embedded:</c> alone for the user's default file, <c>memory:</c> for a private store that goes with the process.</summary>
/// <remarks>After the file may stand <c>?history=REVISIONS&amp;age=TIME</c> (as in <c>?history=5000&amp;age=2h</c>); see
/// <see cref="EmbeddedOptions"/>. A file whose name holds a question mark is opened by <see cref="Open"/>.</remarks>
public static class EmbeddedStore
{
    /// <summary>The scheme of a store in a file.</summary>
    public const string FileScheme = KvAddress.FileScheme;

    /// <summary>The scheme of a store in memory.</summary>
    public const string MemoryScheme = "memory";

    /// <summary>The file that is used where none is named: <c>Valkeyrie\store.db</c> under <c>LOCALAPPDATA</c> on Windows; elsewhere
    /// <c>valkeyrie/store.db</c> under <c>XDG_DATA_HOME</c> where that is set, else under <c>~/.local/share</c> on Linux and
    /// <c>~/Library/Application Support/Valkeyrie/store.db</c> on macOS.</summary>
    /// <exception cref="KvInvalidArgumentException">The user has no home folder.</exception>
    public static string DefaultPath => DefaultFile.GetPath();

    /// <summary>Registers the schemes. Calling it again does nothing more.</summary>
    public static void Register()
    {
        KvStore.Register(FileScheme, (address, options) => OpenAt(EmbeddedAddress.Parse(address), options));
        KvStore.Register(MemoryScheme, (address, options) => OpenAt(EmbeddedAddress.Parse(address), options));
    }

    /// <summary>Opens a file. It is made, readable by its owner only, when it is first used; its folder must exist, but for the default one.</summary>
    /// <remarks>On Windows it may be read by whoever may read its folder. That of the default one lies in the user's profile, closed to others.</remarks>
    /// <param name="path">The file; null or empty for <see cref="DefaultPath"/>.</param>
    /// <param name="history">How much history to keep; null for the defaults.</param>
    /// <param name="options">Namespace and timeout; null for the defaults.</param>
    /// <exception cref="KvInvalidArgumentException">An option is not valid, or does not fit a store without a server.</exception>
    public static IKvStore Open(string? path, EmbeddedOptions? history = null, KvStoreOptions? options = null) =>
        OpenAt(EmbeddedAddress.OfFile(path ?? "", history ?? new EmbeddedOptions()), options ?? new KvStoreOptions());

    /// <summary>Opens a new store in memory, which goes when it is closed.</summary>
    /// <param name="history">How much history to keep; null for the defaults.</param>
    /// <param name="options">Namespace and timeout; null for the defaults.</param>
    /// <exception cref="KvInvalidArgumentException">An option is not valid, or does not fit a store without a server.</exception>
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

    /// <summary>The store on an engine.</summary>
    internal static RevisionedStore Over(EmbeddedEngine engine) => new(new ObservedEngine(engine));
}
