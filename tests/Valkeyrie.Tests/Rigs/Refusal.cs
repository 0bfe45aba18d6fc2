namespace Valkeyrie.Tests.Rigs;

/// <summary>Failures with a code but without a separate type.</summary>
public static class Refusal
{
    /// <summary>Makes a call that must fail with a code.</summary>
    public static async Task<KvException> ThrowsAsync(KvErrorCode code, Func<Task> call) => Is(code, await Assert.ThrowsAsync<KvException>(call));

    /// <summary>A failure that must have a code.</summary>
    public static KvException Is(KvErrorCode code, object? failure)
    {
        var error = Assert.IsType<KvException>(failure);
        Assert.Equal(code, error.Code);
        return error;
    }
}
