using System.Text.Unicode;

namespace Valkeyrie;

/// <summary>A key with its value and what the store knows of it. Immutable.</summary>
public sealed class KvPair : IFormattable
{
    // No store has a lease, a creation or a version of the number 0, and a pair is one of many: a number takes half the room of one that may be null.
    private readonly long _leaseId;
    private readonly long _createRevision;
    private readonly long _version;
    private readonly Lifetime? _lifetime;
    private readonly byte[] _bytes;

    /// <summary>Creates a pair with an empty value, or without one (<see cref="KeyOnly"/>).</summary>
    public KvPair() => _bytes = [];

    /// <summary>Creates a pair.</summary>
    /// <param name="bytes">The value, which the pair does not copy.</param>
    public KvPair(byte[] bytes) => _bytes = bytes;

    /// <summary>The key. Bytes that are not valid UTF-8 stand in it as described at <see cref="KeyText"/>.</summary>
    public required string Key { get; init; }

    /// <summary>The value as text: itself if it is valid UTF-8, otherwise its Base64 form, as <see cref="Encoding"/> says. Decoded at each call.</summary>
    public string Value => IsText ? System.Text.Encoding.UTF8.GetString(_bytes) : Convert.ToBase64String(_bytes);

    /// <summary>How <see cref="Value"/> shows the value: null for text, <c>base64</c> for bytes that are not valid UTF-8.</summary>
    public string? Encoding => IsText ? null : "base64";

    /// <summary>How many bytes the value has; null if it was not asked for (<see cref="KeyOnly"/>).</summary>
    public int? Size => KeyOnly ? null : _bytes.Length;

    /// <summary>True if the value was not asked for, so that <see cref="Value"/> and <see cref="GetBytes"/> say nothing about it.</summary>
    public bool KeyOnly { get; init; }

    /// <summary>The store's revision at which this value was written; grows across the whole store.</summary>
    public long Revision { get; init; }

    /// <summary>The revision at which the key was created; null if the store did not send it along.</summary>
    public long? CreateRevision
    {
        get => _createRevision == 0 ? null : _createRevision;
        init => _createRevision = value ?? 0;
    }

    /// <summary>How often the key was written since its creation, from 1; null if the store did not send it along.</summary>
    public long? Version
    {
        get => _version == 0 ? null : _version;
        init => _version = value ?? 0;
    }

    /// <summary>The lease that the key is attached to; null for none. Where only the key was asked for (<see cref="KeyOnly"/>), etcd 3.7 and newer
    /// leave it out: null then says nothing.</summary>
    public long? LeaseId
    {
        get => _leaseId == 0 ? null : _leaseId;
        init => _leaseId = value ?? 0;
    }

    /// <summary>The time to live that came along with the pair; null if there is none or the store does not send it. <see cref="KvLifetimes"/> asks for it.</summary>
    public TimeSpan? Ttl
    {
        get => _lifetime?.Ttl;
        init => _lifetime = Lifetime.Of(value, _lifetime?.Remaining);
    }

    /// <summary>What was left of the time to live when the store answered; null if there is none or the store did not send it. <see cref="KvLifetimes"/> asks for
    /// it.</summary>
    public TimeSpan? Remaining
    {
        get => _lifetime?.Remaining;
        init => _lifetime = Lifetime.Of(_lifetime?.Ttl, value);
    }

    private bool IsText => Utf8.IsValid(_bytes);

    /// <summary>The bytes of a pair's value.</summary>
    /// <param name="pair">The pair; null is converted to null.</param>
    public static explicit operator byte[]?(KvPair? pair) => pair?.GetBytes();

    /// <summary>Gets the value's bytes: not a copy, so do not change them. Empty for an empty value, and if only keys were asked for (<see cref="KeyOnly"/>).</summary>
    /// <remarks>Not a property: what writes all properties of an object, such as ConvertTo-Json, would write each byte as a number. PowerShell has the hidden
    /// property <c>Bytes</c>.</remarks>
    public byte[] GetBytes() => _bytes;

    /// <summary>The key's own bytes as the store has them.</summary>
    public byte[] GetKeyBytes() => KeyText.Encode(Key);

    /// <summary>The key.</summary>
    public override string ToString() => Key;

    /// <summary>Formats a part of the pair as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>key</c>; <c>value</c>, the value in one line, bytes that are not text by their number, and of a long text the beginning;
    /// <c>lines</c>, the same with its line ends; null, empty or <c>G</c> for the key as it is.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => ToString(),
        "key" => VisibleText.Of(Key),
        "value" => VisibleValue.Of(this, lines: false),
        "lines" => VisibleValue.Of(this, lines: true),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a pair. Use key, value or lines."),
    };

    /// <summary>The same pair with what is known of its time.</summary>
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

    /// <summary>What few pairs have, and none needs room for that has not.</summary>
    private sealed record Lifetime(TimeSpan? Ttl, TimeSpan? Remaining)
    {
        public static Lifetime? Of(TimeSpan? ttl, TimeSpan? remaining) => ttl is null && remaining is null ? null : new(ttl, remaining);
    }
}
