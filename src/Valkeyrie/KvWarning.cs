namespace Valkeyrie;

/// <summary>A notice about a call that succeeded but did not do everything that was requested.</summary>
/// <param name="Key">The key or directory.</param>
/// <param name="Message">What was not done, and what to do instead. Names the key. Text from other programs in it is made visible
/// (<see cref="VisibleText"/>).</param>
public sealed record KvWarning(string Key, string Message)
{
    /// <summary>What was not done, and what to do instead.</summary>
    public string Message { get; } = VisibleText.Of(Message);

    /// <summary>The message.</summary>
    public override string ToString() => Message;
}
