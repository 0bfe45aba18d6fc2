using Valkeyrie.ZooKeeper.Jute;
using Valkeyrie.ZooKeeper.Members;
using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.Tests.Fuzz;

/// <summary>Records of jute: each reader reads each kind of record, valid and damaged.</summary>
public sealed class JuteFuzzTests
{
    private const int Cases = 200_000;

    private static readonly AccessEntry[] Access = [new(Permissions.Read, "world", "anyone"), new(Permissions.All, "digest", "user:hash")];

    private static readonly MultiRequest Several = new(new CreateRequest("/a", null, CreateMode.Persistent, Access), new SetDataRequest("/a", "v".Bytes()), new DeleteRequest("/b"));

    private delegate void JuteRead(ref JuteReader reader);

    private static readonly byte[][] Records =
    [
        Record(w => ScriptedMember.Data(w, "value")),
        Record(w => ScriptedMember.Stat(w)),
        Record(w =>
        {
            w.WriteString("/a-0000000001");
            ScriptedMember.Stat(w);
        }),
        Record(w =>
        {
            w.WriteInt(3);
            w.WriteString("one");
            w.WriteString("zwei");
            w.WriteString("trois");
            ScriptedMember.Stat(w);
        }),
        Record(w => AccessEntry.Write(w, Access)),
        Record(w =>
        {
            Header(w, OpCode.Create);
            w.WriteString("/a");
            Header(w, OpCode.SetData);
            ScriptedMember.Stat(w);
            Header(w, OpCode.Delete);
            Header(w, OpCode.Error);
        }),
        Record(w =>
        {
            foreach (var error in new[] { 0, -101, -2 })
            {
                Header(w, OpCode.Error);
                w.WriteInt(error);
            }
        }),
        Record(w =>
        {
            w.WriteInt((int)WatchEventType.Created);
            w.WriteInt(3);
            w.WriteString("/a/b");
        }),
        ScriptedMember.Greeting()[sizeof(int)..],
    ];

    private static readonly JuteRead[] Readers =
    [
        (ref r) => new GetDataRequest("/a", false).Read(ref r),
        (ref r) => new ExistsRequest("/a", false).Read(ref r),
        (ref r) => new CreateRequest("/a", null, CreateMode.Persistent, Access).Read(ref r),
        (ref r) => new GetChildrenRequest("/a", false).Read(ref r),
        (ref r) => new GetAclRequest("/a").Read(ref r),
        (ref r) => Several.Read(ref r),
        (ref r) => WatchEvent.Read(ref r),
        (ref r) => ConnectReply.Read(ref r),
    ];

    [Fact]
    public async Task Any_record_is_read_or_refused()
    {
        var read = await FuzzCases.RunAsync(
            Cases,
            random =>
            {
                var bytes = Mutation.OfAny(Records, random);
                var read = Readers[random.Next(Readers.Length)];
                return new FuzzCase(bytes.Length, () =>
                {
                    var reader = new JuteReader(bytes);
                    read(ref reader);
                });
            },
            e => e is JuteException);
        Assert.InRange(read, Cases / 20, Cases - (Cases / 20));
    }

    [Fact]
    public void What_is_written_is_read()
    {
        var writer = new JuteWriter();
        writer.WriteInt(int.MinValue);
        writer.WriteLong(long.MaxValue);
        writer.WriteBool(true);
        writer.WriteBuffer([1, 2]);
        writer.WriteBuffer([]);
        writer.WriteNullBuffer();
        writer.WriteString("täxt");
        var reader = new JuteReader(writer.Written.Span);
        Assert.Equal(int.MinValue, reader.ReadInt());
        Assert.Equal(long.MaxValue, reader.ReadLong());
        Assert.True(reader.ReadBool());
        Assert.Equal([1, 2], reader.ReadBuffer()!);
        Assert.Empty(reader.ReadBuffer()!);
        Assert.Null(reader.ReadBuffer());
        Assert.Equal("täxt", reader.ReadString());
        Assert.Equal(0, reader.Remaining);
    }

    [Fact]
    public async Task Any_answer_to_four_letters_is_read_or_no_ZooKeepers()
    {
        var right = "Zookeeper version: 3.8.0-11+deb12u2, built on 2024-04-12 10:07 UTC\nLatency min/avg/max: 0/0.0/0\nZxid: 0x100000002\nMode: leader\nNode count: 5\n";
        await FuzzCases.RunAsync(
            Cases / 10,
            random =>
            {
                var text = random.Next(2) == 0 ? Mutation.Text(random, 200) : System.Text.Encoding.Latin1.GetString(Mutation.Of(System.Text.Encoding.Latin1.GetBytes(right), random));
                return new FuzzCase(text.Length * 2, () => MemberReport.Parse(text));
            },
            _ => false);
        Assert.Equal(new MemberReport("3.8.0", 0x100000002, "leader"), MemberReport.Parse(right));
    }

    private static byte[] Record(Action<JuteWriter> content) => ScriptedMember.Frame(content)[sizeof(int)..];

    private static void Header(JuteWriter writer, OpCode op)
    {
        writer.WriteInt((int)op);
        writer.WriteBool(false);
        writer.WriteInt(0);
    }
}
