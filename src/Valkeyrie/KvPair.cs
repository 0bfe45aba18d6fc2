using System.Text.Unicode;

namespace Valkeyrie;

/// <summary>A key with its value and revisions. Immutable.</summary>
public sealed class KvPair : IFormattable
{
    // In no store is a lease's number, a create revision or a version 0. Pairs are numerous, and a number takes half the memory of a nullable one.
    private readonly long _leaseId;
    private readonly long _createRevision;
    private readonly long _version;
    private readonly Lifetime? _lifetime;
    private readonly byte[] _bytes;

    /// <summary>Creates a pair with an empty value, or without one (<see cref="KeyOnly"/>).</summary>
    public KvPair() => _bytes = [];

    /// <summary>Creates a pair.</summary>
    /// <param name="bytes">The value. The pair does not copy the array.</param>
    public KvPair(byte[] bytes) => _bytes = bytes;

    /// <summary>The key. <see cref="KeyText"/> describes how bytes that are not valid UTF-8 are represented.</summary>
    public required string Key { get; init; }

    /// <summary>The value as text: UTF-8 if the value is valid UTF-8, otherwise Base64, as <see cref="Encoding"/> states. Decoded at each call.</summary>
    public string Value => IsText ? System.Text.Encoding.UTF8.GetString(_bytes) : Convert.ToBase64String(_bytes);

    /// <summary>The encoding of <see cref="Value"/>: null for text, <c>base64</c> for bytes that are not valid UTF-8.</summary>
    public string? Encoding => IsText ? null : "base64";

    /// <summary>The size of the value in bytes; null if the value was not read (<see cref="KeyOnly"/>).</summary>
    public int? Size => KeyOnly ? null : _bytes.Length;

    /// <summary>True if only the key was read. <see cref="Value"/> and <see cref="GetBytes"/> are then empty.</summary>
    public bool KeyOnly { get; init; }

    /// <summary>The store's revision of the last write of this key. Revisions grow across the whole store.</summary>
    public long Revision { get; init; }

    /// <summary>The revision at which the key was created; null if the store did not send it.</summary>
    public long? CreateRevision
    {
        get => _createRevision == 0 ? null : _createRevision;
        init => _createRevision = value ?? 0;
    }

    /// <summary>The number of writes of the key since its creation, from 1; null if the store did not send it.</summary>
    public long? Version
    {
        get => _version == 0 ? null : _version;
        init => _version = value ?? 0;
    }

    /// <summary>The lease that the key is attached to; null for none. For a key-only read (<see cref="KeyOnly"/>), etcd 3.7 and newer do not send it: null then
    /// means that it is not known.</summary>
    public long? LeaseId
    {
        get => _leaseId == 0 ? null : _leaseId;
        init => _leaseId = value ?? 0;
    }

    /// <summary>The time to live that the store sent with the pair; null if it sent none or the key does not expire. <see cref="KvLifetimes"/> reads
    /// it.</summary>
    public TimeSpan? Ttl
    {
        get => _lifetime?.Ttl;
        init => _lifetime = Lifetime.Of(value, _lifetime?.Remaining);
    }

    /// <summary>The remaining time to live when the store answered; null if the store sent none or the key does not expire. <see cref="KvLifetimes"/> reads
    /// it.</summary>
    public TimeSpan? Remaining
    {
        get => _lifetime?.Remaining;
        init => _lifetime = Lifetime.Of(_lifetime?.Ttl, value);
    }

    private bool IsText => Utf8.IsValid(_bytes);

    /// <summary>Converts a pair to the bytes of its value.</summary>
    /// <param name="pair">The pair; null is converted to null.</param>
    public static explicit operator byte[]?(KvPair? pair) => pair?.GetBytes();

    /// <summary>Gets the bytes of the value. The array is not a copy, so do not change it. Empty for an empty value, and if only the key was read
    /// (<see cref="KeyOnly"/>).</summary>
    /// <remarks>A method rather than a property, because serializers such as ConvertTo-Json would write each byte as a number. PowerShell has the hidden
    /// property <c>Bytes</c>.</remarks>
    public byte[] GetBytes() => _bytes;

    /// <summary>Gets the bytes of the key in the store.</summary>
    public byte[] GetKeyBytes() => KeyText.Encode(Key);

    /// <summary>The key.</summary>
    public override string ToString() => Key;

    /// <summary>Formats a part of the pair as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>key</c>; <c>value</c> for the value in one line, with bytes that are not text shown by their number, and a long text truncated;
    /// <c>lines</c> for the same with its line ends; <c>remaining</c> for the remaining time in whole seconds; null, empty or <c>G</c> for the key as it is.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => ToString(),
        "key" => VisibleText.Of(Key),
        "value" => VisibleValue.Of(this, lines: false),
        "lines" => VisibleValue.Of(this, lines: true),
        "remaining" => Remaining is { } left ? TimeSpan.FromSeconds(Math.Floor(left.TotalSeconds)).ToString() : "",
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a pair. Use key, value, lines or remaining."),
    };

    /// <summary>Returns the same pair with its time to live and remaining time.</summary>
    internal KvPair WithLifetime(TimeSpan? ttl, TimeSpan? remaining) => new(_bytes)
    {
        Key = Key,
        KeyOnly = KeyOnly,
        Revision = Revision,
        CreateRevision = CreateRevision,
        Version = Version,
        LeaseId = LeaseId,
        Ttl = ttl,
        Remaining = remaining,
    };

    /// <summary>The properties that few pairs have, kept in a separate object to save memory in all others.</summary>
    private sealed record Lifetime(TimeSpan? Ttl, TimeSpan? Remaining)
    {
        public static Lifetime? Of(TimeSpan? ttl, TimeSpan? remaining) => ttl is null && remaining is null ? null : new(ttl, remaining);
    }
}
