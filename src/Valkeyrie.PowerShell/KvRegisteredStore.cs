using System.Management.Automation;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Valkeyrie.PowerShell;

/// <summary>The settings that Register-KvStore saves for a store: its address and connection settings. It cannot contain a password.</summary>
public sealed record KvRegisteredStore
{
    /// <summary>The name for Connect-KvStore.</summary>
    public required string Name { get; init; }

    /// <summary>Its endpoints; null for a store in a file.</summary>
    public IReadOnlyList<string>? Endpoint { get; init; }

    /// <summary>The version of etcd's API; null for a store in a file.</summary>
    public int? ApiVersion { get; init; }

    /// <summary>The full path of its file; null for a store with endpoints.</summary>
    public string? Path { get; init; }

    /// <summary>The prefix that the store adds to every key and removes again; empty for none.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The PEM file of the authorities to trust; null for those of the system.</summary>
    public string? CaCertificate { get; init; }

    /// <summary>The PEM file of the client certificate; null for none.</summary>
    public string? ClientCertificate { get; init; }

    /// <summary>The PEM file of its private key; null if there is none, or if the key is in the same file.</summary>
    public string? ClientKey { get; init; }

    /// <summary>The timeout of one round trip; null for the default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The endpoints or the file, in one line.</summary>
    [JsonIgnore]
    public string Address => Path ?? string.Join(',', Endpoint ?? []);

    /// <summary>The name, for views.</summary>
    [Hidden]
    [JsonIgnore]
    public string DisplayName => VisibleText.Of(Name);

    /// <summary>The address, for views.</summary>
    [Hidden]
    [JsonIgnore]
    public string DisplayAddress => VisibleText.Of(Address);

    /// <summary>The namespace, for views.</summary>
    [Hidden]
    [JsonIgnore]
    public string DisplayNamespace => VisibleText.Of(Namespace);

    /// <summary>Gets the name, so the object can be used as an argument that expects a name.</summary>
    public override string ToString() => Name;

    /// <summary>True if a text can be a name: letters and digits, and between them also dots, dashes and underscores. A host with a port, an address and the
    /// path of a file are never names.</summary>
    /// <param name="text">The text.</param>
    internal static bool IsName(string? text) =>
        text is not null && !HasPortOrPath(text) && Regex.IsMatch(text, @"^\w([\w.-]*\w)?$");

    // Checked first, because the first regular expression of a session takes longer than a connection.
    private static bool HasPortOrPath(string text) => text.AsSpan().ContainsAny(':', '/', '\\');

    /// <summary>True if the store has this name, ignoring case.</summary>
    /// <param name="name">The name.</param>
    internal bool IsNamed(string name) => string.Equals(Name, name, StringComparison.OrdinalIgnoreCase);
}
