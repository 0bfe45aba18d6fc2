using System.Collections.Concurrent;

namespace Valkeyrie;

/// <summary>The address of a store, divided into its parts.</summary>
/// <param name="Scheme">The scheme in lower case; <c>embedded</c> for a bare file path.</param>
/// <param name="Rest">The text after the scheme and its <c>:</c> or <c>://</c>.</param>
public sealed record KvAddress(string Scheme, string Rest)
{
    /// <summary>The scheme of a file's address.</summary>
    public const string FileScheme = "embedded";

    /// <summary>Parses an address.</summary>
    /// <param name="address">The address.</param>
    /// <exception cref="KvInvalidArgumentException">The address is empty or contains a password.</exception>
    public static KvAddress Parse(string address)
    {
        if (string.IsNullOrWhiteSpace(address))
        {
            throw new KvInvalidArgumentException("The address of the store must not be empty. Specify one such as 'etcd://localhost:2379'.") { ParamName = nameof(address) };
        }

        var end = address.IndexOf(':', StringComparison.Ordinal);
        if (end < 0 || !IsScheme(address.AsSpan(0, end)))
        {
            return new(FileScheme, address);
        }

        var rest = address[(end + 1)..];
        var hasHost = rest.StartsWith("//", StringComparison.Ordinal);
        return hasHost && rest.Contains('@', StringComparison.Ordinal)
            ? throw new KvInvalidArgumentException("An address must not contain a user or password, because logs would show them. Specify a credential.") { ParamName = nameof(address) }
            : new(address[..end].ToLowerInvariant(), hasHost ? rest[2..] : rest);
    }

    /// <summary>Splits the address of a file into the file and the settings after the question mark. Both can be empty.</summary>
    /// <returns>The file and the settings, without the question mark.</returns>
    public (string File, string Settings) SplitSettings()
    {
        // The question mark of \\?\, which marks a verbatim path in Windows, belongs to the path.
        const string Verbatim = @"\\?\";
        var mark = Rest.IndexOf('?', Rest.StartsWith(Verbatim, StringComparison.Ordinal) ? Verbatim.Length : 0);
        return mark < 0 ? (Rest, "") : (Rest[..mark], Rest[(mark + 1)..]);
    }

    // RFC 3986, section 3.1; but a single letter before the colon is a Windows drive.
    private static bool IsScheme(ReadOnlySpan<char> text)
    {
        if (text.Length < 2 || !char.IsAsciiLetter(text[0]))
        {
            return false;
        }

        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('+' or '.' or '-'))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>Opens stores by their address. Each kind of store registers its schemes.</summary>
public static class KvStore
{
    private static readonly ConcurrentDictionary<string, Func<KvAddress, KvStoreOptions, IKvStore>> Factories = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The registered schemes, in alphabetical order.</summary>
    public static IReadOnlyList<string> Schemes => [.. Factories.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Registers the function that opens the addresses of a scheme. It replaces an earlier one.</summary>
    /// <param name="scheme">The scheme, without its colon.</param>
    /// <param name="open">Creates the store, which must not connect before its first use.</param>
    public static void Register(string scheme, Func<KvAddress, KvStoreOptions, IKvStore> open)
    {
        ArgumentException.ThrowIfNullOrEmpty(scheme);
        ArgumentNullException.ThrowIfNull(open);
        Factories[scheme] = open;
    }

    /// <summary>Registers schemes whose assemblies are loaded only when one of the schemes is first opened. Schemes that are already registered stay
    /// unchanged.</summary>
    /// <param name="register">Calls <see cref="Register"/> for all of the schemes.</param>
    /// <param name="schemes">The schemes, without the colon.</param>
    public static void RegisterWhenOpened(Action register, params string[] schemes)
    {
        ArgumentNullException.ThrowIfNull(register);
        ArgumentNullException.ThrowIfNull(schemes);
        foreach (var scheme in schemes)
        {
            Factories.TryAdd(scheme, OpenRegistered);

            IKvStore OpenRegistered(KvAddress address, KvStoreOptions options)
            {
                register();
                return Factories.TryGetValue(scheme, out var open) && open != OpenRegistered
                    ? open(address, options)
                    : throw new InvalidOperationException($"The assembly for the scheme '{scheme}' did not register it.");
            }
        }
    }

    /// <summary>Opens a store. The store connects at its first use.</summary>
    /// <param name="address">The address, such as <c>etcd://h1:2379,h2:2379</c>, <c>etcds://h1:2379</c> for TLS, or a file path for the embedded store.</param>
    /// <param name="options">Credential, certificates, namespace, timeout; null for the defaults.</param>
    /// <exception cref="KvInvalidArgumentException">The address or an option is not valid, or the scheme is not registered.</exception>
    public static IKvStore Open(string address, KvStoreOptions? options = null)
    {
        var parsed = KvAddress.Parse(address);
        options ??= new KvStoreOptions();
        options.Check();
        return Factories.TryGetValue(parsed.Scheme, out var open)
            ? open(parsed, options)
            : throw new KvInvalidArgumentException(
                $"No store supports the scheme '{parsed.Scheme}'. The supported schemes are: {string.Join(", ", Schemes.DefaultIfEmpty("none (register one first)"))}.") { ParamName = nameof(address) };
    }
}
