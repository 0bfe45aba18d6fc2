namespace Valkeyrie.Tests.Rigs;

/// <summary>The maximum time that a test waits for an expected event. It is far longer than any event here takes, so a
/// busy machine fails no test.</summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Returns when the condition holds.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, $"This never came to be: {what}.");
            await Task.Delay(Pause);
        }
    }

    /// <summary>Returns when the condition holds.</summary>
    public static Task UntilAsync(Func<bool> condition, string what) => UntilAsync(() => Task.FromResult(condition()), what);
}
