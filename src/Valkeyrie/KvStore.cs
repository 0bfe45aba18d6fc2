using System.Collections.Concurrent;

namespace Valkeyrie;

/// <summary>A store's address, taken apart.</summary>
/// <param name="Scheme">The scheme in lower case; <c>embedded</c> for a bare file path.</param>
/// <param name="Rest">What follows the scheme and its <c>:</c> or <c>://</c>.</param>
public sealed record KvAddress(string Scheme, string Rest)
{
    /// <summary>The scheme of addresses that name a file.</summary>
    public const string FileScheme = "embedded";

    /// <summary>Takes an address apart.</summary>
    /// <param name="address">The address.</param>
    /// <exception cref="KvInvalidArgumentException">It is empty or holds a password.</exception>
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

    /// <summary>The file that the address of a file names, and the settings that stand after a question mark behind it; both may be empty.</summary>
    /// <returns>The two, without the question mark.</returns>
    public (string File, string Settings) SplitSettings()
    {
        // That of \\?\, by which Windows takes a path as it stands, belongs to the path.
        const string Verbatim = @"\\?\";
        var mark = Rest.IndexOf('?', Rest.StartsWith(Verbatim, StringComparison.Ordinal) ? Verbatim.Length : 0);
        return mark < 0 ? (Rest, "") : (Rest[..mark], Rest[(mark + 1)..]);
    }

    // RFC 3986, section 3.1; but one letter before the colon is a Windows drive.
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

/// <summary>Opens stores by their address. Kinds of store register the schemes that they serve.</summary>
public static class KvStore
{
    private static readonly ConcurrentDictionary<string, Func<KvAddress, KvStoreOptions, IKvStore>> Factories = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The schemes that can be opened, in order.</summary>
    public static IReadOnlyList<string> Schemes => [.. Factories.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Registers what opens the addresses of a scheme, in place of what did so before.</summary>
    /// <param name="scheme">The scheme, without its colon.</param>
    /// <param name="open">Makes the store; connects only when the store is first used.</param>
    public static void Register(string scheme, Func<KvAddress, KvStoreOptions, IKvStore> open)
    {
        ArgumentException.ThrowIfNullOrEmpty(scheme);
        ArgumentNullException.ThrowIfNull(open);
        Factories[scheme] = open;
    }

    /// <summary>Registers schemes whose kind of store makes itself known only when one of them is first opened, so that its assemblies need not be
    /// loaded before. A scheme that something serves already is left as it is.</summary>
    /// <param name="register">Registers all of the schemes by <see cref="Register"/>.</param>
    /// <param name="schemes">The schemes, without their colon.</param>
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

    /// <summary>Opens a store. The connection is made when it is first used.</summary>
    /// <param name="address">Such as <c>etcd://h1:2379,h2:2379</c>, <c>etcds://h1:2379</c> for TLS; a file path for the embedded store.</param>
    /// <param name="options">Credential, certificates, namespace, timeout; null for none.</param>
    /// <exception cref="KvInvalidArgumentException">The address or an option is not valid, or nothing serves the scheme.</exception>
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
