using System.Management.Automation;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Valkeyrie.PowerShell;

/// <summary>What Register-KvStore keeps of a store: where it is and how to speak to it. There is no place in it for a password.</summary>
public sealed record KvRegisteredStore
{
    /// <summary>What Connect-KvStore finds it by.</summary>
    public required string Name { get; init; }

    /// <summary>Its endpoints; null for a store in a file.</summary>
    public IReadOnlyList<string>? Endpoint { get; init; }

    /// <summary>The version of etcd's API; null for a store in a file.</summary>
    public int? ApiVersion { get; init; }

    /// <summary>The full path of its file; null for a store with endpoints.</summary>
    public string? Path { get; init; }

    /// <summary>The prefix put before every key and taken off again; empty for none.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The PEM file of the authorities to trust; null for the system's own.</summary>
    public string? CaCertificate { get; init; }

    /// <summary>The PEM file of the certificate to show; null for none.</summary>
    public string? ClientCertificate { get; init; }

    /// <summary>The PEM file of its private key; null if there is none, or it is in the same file.</summary>
    public string? ClientKey { get; init; }

    /// <summary>How long one round trip may take; null for the default.</summary>
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

    /// <summary>The name, so that the object also serves where a name is wanted.</summary>
    public override string ToString() => Name;

    /// <summary>Tells whether a text can be a name: letters, digits, and inside also dots, dashes and underscores. A host with a port, an address and the
    /// path of a file never can.</summary>
    /// <param name="text">The text.</param>
    internal static bool IsName(string? text) =>
        text is not null && !HasPortOrPath(text) && Regex.IsMatch(text, @"^\w([\w.-]*\w)?$");

    // Checked first, since a session's first regular expression costs it more than a connection.
    private static bool HasPortOrPath(string text) => text.AsSpan().ContainsAny(':', '/', '\\');

    /// <summary>Tells whether it has the name; case does not count.</summary>
    /// <param name="name">The name.</param>
    internal bool IsNamed(string name) => string.Equals(Name, name, StringComparison.OrdinalIgnoreCase);
}
