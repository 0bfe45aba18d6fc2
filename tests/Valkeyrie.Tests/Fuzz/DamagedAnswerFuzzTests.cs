namespace Valkeyrie.Tests.Fuzz;

/// <summary>Randomly damaged answers: a call returns a result or fails with a typed error. A failure names its seed.</summary>
public class DamagedAnswerFuzzTests
{
    private const int Rounds = 200;

    private static readonly byte[] Range = ScriptedReply.Range(("k", [1, 2, 3]), ("k/l", [4, 5, 6]));

    [Theory]
    [InlineData("Put")]
    [InlineData("TryGet")]
    [InlineData("Exists")]
    [InlineData("TryDelete")]
    [InlineData("TryAtomicPut")]
    [InlineData("TryAtomicDelete")]
    [InlineData("TryDeleteTree")]
    public async Task A_damaged_message_gives_a_result_or_a_typed_error(string call)
    {
        var seed = 0;
        await using var peer = new ScriptedHttp2Peer(request => request.ReplyAsync(Mutation.Of(Range, new Random(seed))));
        await using var store = peer.Open();
        for (; seed < Rounds; seed++)
        {
            AssertTyped(await Record.ExceptionAsync(() => Conformance.EveryCall.MakeAsync(call, store, "k").WaitAsync(Patience.Limit)), seed);
        }
    }

    [Fact]
    public async Task Damaged_frames_give_a_result_or_a_typed_error()
    {
        var seed = 0;
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            byte[] answer =
            [
                .. Http2Frame.Headers(request.StreamId, GrpcMessage.OkHeaders),
                .. Http2Frame.Data(request.StreamId, GrpcMessage.Write(Range)),
                .. Http2Frame.Headers(request.StreamId, GrpcMessage.Trailers(0), endStream: true),
            ];
            await request.SendAsync(Mutation.Of(answer, new Random(seed)));
            request.CloseConnection();
        });
        await using var store = peer.Open();
        for (; seed < Rounds; seed++)
        {
            AssertTyped(await Record.ExceptionAsync(async () => await store.PutAsync("k", "v").AsTask().WaitAsync(Patience.Limit)), seed);
        }
    }

    private static void AssertTyped(Exception? error, int seed) =>
        Assert.True(error is null or KvException, $"Seed {seed} gave {error}");
}
