namespace Valkeyrie;

/// <summary>What a store tells of a call that succeeded but did not do all that was asked.</summary>
/// <param name="Key">The key or directory.</param>
/// <param name="Message">What was not done, and what to do instead. Names the key; what others wrote in it is made visible (<see cref="VisibleText"/>).</param>
public sealed record KvWarning(string Key, string Message)
{
    /// <summary>What was not done, and what to do instead.</summary>
    public string Message { get; } = VisibleText.Of(Message);

    /// <summary>The message.</summary>
    public override string ToString() => Message;
}
