namespace Valkeyrie.Tests.Faults;

/// <summary>Locks whose holders are killed, stopped and disconnected; and the record that judges them.</summary>
public sealed class FencingTests(ITestOutputHelper output)
{
    [Fact]
    public async Task No_stale_holder_is_accepted_and_each_knows_before_another_holds_the_lock()
    {
        Signals.Need();
        output.WriteLine($"{FaultRun.SeedVariable}={FaultRun.DefaultSeed}");
        output.WriteLine(await LockRound.RunAsync(new FaultRun("locks", FaultRun.DefaultSeed), TimeSpan.FromSeconds(14)));
    }

    [Theory]
    [InlineData("0 acquired 5 10 11; 0 write 5 1 12; 0 released 5 13; 1 acquired 6 12 14; 1 write 6 1 15", null)]
    [InlineData("0 acquired 5 10 11; 1 acquired 6 12 14; 1 write 6 1 15; 0 write 5 0 16", null)]
    [InlineData("0 acquired 5 10 11; 1 acquired 6 12 14; 0 write 5 1 15", "for held")]
    [InlineData("0 acquired 5 10 11; 1 acquired 5 9 14", "Two holders")]
    [InlineData("0 acquired 5 10 11; 1 acquired 4 12 14", "not higher")]
    [InlineData("0 acquired 5 10 11; 0 write 5 1 12; 1 write 5 1 13", "accepted")]
    [InlineData("0 failed TimedOut; 0 failed CannotLock", null)]
    [InlineData("0 failed InvalidArgument", "as none may")]
    [InlineData("0 unexpected NullReferenceException", "as none may")]
    public void The_record_of_a_lock_gets_its_verdict(string lines, string? wrong)
    {
        var record = new LockRecord();
        foreach (var line in lines.Split("; "))
        {
            record.Take(line[0] - '0', line[2..]);
        }

        if (wrong is null)
        {
            Assert.Empty(record.Check());
        }
        else
        {
            Assert.Contains(record.Check(), w => w.Contains(wrong, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_resource_refuses_a_stale_token()
    {
        var record = new LockRecord();
        record.Take(0, "write 5 1 10");
        record.Take(1, "write 6 1 11");
        record.Take(0, "write 5 0 12");
        Assert.Equal(1, record.Refused);
        Assert.Empty(record.Check());
    }
}
