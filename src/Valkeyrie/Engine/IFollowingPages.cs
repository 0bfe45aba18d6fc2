namespace Valkeyrie.Engine;

/// <summary>The pages of an answer after its first one (<see cref="KvPage.Following"/>). Dispose them to end the answer early.</summary>
public interface IFollowingPages : IAsyncDisposable
{
    /// <summary>Reads the next page, which can be empty. If its <see cref="KvPage.Following"/> is null, it is the last one. Do not call this method again after a failure.</summary>
    Task<KvPage> ReadAsync();
}
