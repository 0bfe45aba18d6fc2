namespace Valkeyrie.Tests.Contract;

/// <summary>Hashes and statuses of members.</summary>
public sealed class MaintenanceTypeTests
{
    [Fact]
    public void Hashes_contradict_each_other_only_at_one_revision_and_one_compact_revision()
    {
        KvHash a = new("a", 1, 10, 5), same = new("b", 1, 10, 5), other = new("c", 2, 10, 5);
        Assert.Empty(KvHash.Contradicting([]));
        Assert.Empty(KvHash.Contradicting([a, same]));
        Assert.Equal([a, other], KvHash.Contradicting([a, other]));
        Assert.Equal([a, same, other], KvHash.Contradicting([a, same, other]));
        Assert.Empty(KvHash.Contradicting([a, other with { Revision = 11 }]));
        Assert.Empty(KvHash.Contradicting([a, other with { CompactRevision = null }]));
        Assert.Equal(2, KvHash.Contradicting([a with { CompactRevision = null }, other with { CompactRevision = null }]).Count);
    }

    [Fact]
    public void A_hash_is_shown_in_hexadecimal_and_fit_to_be_seen()
    {
        var hash = new KvHash("a\u001b", 0xAB, 10, null);
        Assert.Equal("a␛: 000000ab", $"{hash}");
        Assert.Equal("a␛", $"{hash:endpoint}");
        Assert.Throws<FormatException>(() => $"{hash:none}");
    }

    [Fact]
    public void Only_a_member_that_knows_itself_for_the_leader_is_one()
    {
        Assert.False(new KvMemberStatus("a").IsLeader);
        Assert.False(new KvMemberStatus("a") { LeaderId = "1" }.IsLeader);
        Assert.False(new KvMemberStatus("a") { MemberId = "2", LeaderId = "1" }.IsLeader);
        Assert.True(new KvMemberStatus("a") { MemberId = "1", LeaderId = "1" }.IsLeader);
    }

    [Fact]
    public void Members_are_worked_on_in_the_order_of_their_endpoints_the_leader_last()
    {
        KvMemberStatus leader = new("a") { MemberId = "1", LeaderId = "1" }, second = new("b") { MemberId = "2", LeaderId = "1" }, third = new("c") { MemberId = "3", LeaderId = "1" };
        Assert.Equal([second, third, leader], KvMemberStatus.InRollingOrder([third, leader, second]));
    }

    [Fact]
    public void A_status_shows_what_is_wrong_and_nothing_else_of_a_member_that_did_not_answer()
    {
        var well = new KvMemberStatus("a") { MemberId = "1", Version = "3.5\u001b" };
        Assert.Equal("a", $"{well}");
        Assert.Equal(("a", "1", "3.5␛", ""), ($"{well:endpoint}", $"{well:member}", $"{well:version}", $"{well:problems}"));
        Assert.Equal("a: x; y", $"{well with { Problems = ["x", "y"] }}");
        Assert.Equal("a: away", $"{well with { Problems = ["x"], Reason = "away" }}");
        Assert.Throws<FormatException>(() => $"{well:none}");
    }
}
