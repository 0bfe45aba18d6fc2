namespace Valkeyrie.Tests.Conformance;

/// <summary>Transactions, if the store has them.</summary>
public abstract class TransactionConformance(IStoreRig rig) : StoreConformance(rig)
{
    private IKvTransactions Transactions => Store.GetCapability<IKvTransactions>();

    [Fact]
    public async Task Then_is_done_where_the_conditions_hold_and_else_where_one_does_not()
    {
        Require(p => p.Transactions);
        await Store.PutAllAsync(At("a"));
        var transaction = new KvTransaction
        {
            If = [KvCondition.Exists(At("a")), KvCondition.Missing(At("b"))],
            Then = [new KvOperation.Put(At("b"), "then".Bytes())],
            Else = [new KvOperation.Put(At("b"), "else".Bytes())],
        };

        var first = await Transactions.CommitAsync(transaction);
        Assert.True(first.Succeeded);
        Assert.Equal("then", (await Store.GetAsync(At("b"))).Value);

        var second = await Transactions.CommitAsync(transaction);
        Assert.False(second.Succeeded);
        Assert.Equal("else", (await Store.GetAsync(At("b"))).Value);
        Assert.True(second.Revision > first.Revision);
    }

    [Fact]
    public async Task Without_conditions_then_is_done()
    {
        Require(p => p.Transactions);
        var result = await Transactions.CommitAsync(new KvTransaction { Then = [new KvOperation.Put(At("a"), "v".Bytes())] });
        Assert.True(result.Succeeded);
        Assert.True(await Store.ExistsAsync(At("a")));
    }

    [Fact]
    public async Task An_empty_transaction_does_nothing()
    {
        Require(p => p.Transactions);
        var result = await Transactions.CommitAsync(new KvTransaction());
        Assert.True(result.Succeeded);
        Assert.Empty(result.Results);
    }

    [Fact]
    public async Task All_writes_are_of_one_revision()
    {
        Require(p => p.Transactions);
        var result = await Transactions.CommitAsync(new KvTransaction
        {
            Then = [new KvOperation.Put(At("a"), "1".Bytes()), new KvOperation.Put(At("b"), "2".Bytes())],
        });
        var pairs = await Store.ListAllAsync(Root);
        Assert.All(pairs, p => Assert.Equal(result.Revision, p.Revision));
        Assert.Equal([(At("a"), result.Revision), (At("b"), result.Revision)], result.Results.Select(r => (r.Pairs[0].Key, r.Pairs[0].Revision)));
    }

    [Fact]
    public async Task Each_operation_gives_its_result_in_order()
    {
        Require(p => p.Transactions);
        await Store.PutAllAsync(At("d/1"), At("d/2"), At("d/3"), At("e/1"), At("e/2"));
        var result = await Transactions.CommitAsync(new KvTransaction
        {
            Then =
            [
                new KvOperation.Put(At("a"), "v".Bytes()),
                new KvOperation.Delete(At("e")),
                new KvOperation.Read(At("d")) { Limit = 2 },
                new KvOperation.Read(At("d")) { CountOnly = true },
                new KvOperation.Read(KvRange.Key(At("a"))),
            ],
        });
        Assert.Equal([1, 2, 3, 3, 1], result.Results.Select(r => r.Count));
        Assert.Equal("v", result.Results[0].Pairs[0].Value);
        Assert.Empty(result.Results[1].Pairs);
        Assert.Equal([At("d/1"), At("d/2")], result.Results[2].Pairs.Select(p => p.Key));
        Assert.Empty(result.Results[3].Pairs);
        Assert.Equal("v", result.Results[4].Pairs[0].Value);
    }

    /// <summary>The key is at version 2; 0 means a missing one.</summary>
    [Theory]
    [InlineData(KvConditionOperator.Equal, 2, true)]
    [InlineData(KvConditionOperator.Equal, 3, false)]
    [InlineData(KvConditionOperator.NotEqual, 3, true)]
    [InlineData(KvConditionOperator.NotEqual, 2, false)]
    [InlineData(KvConditionOperator.Greater, 1, true)]
    [InlineData(KvConditionOperator.Greater, 2, false)]
    [InlineData(KvConditionOperator.Less, 3, true)]
    [InlineData(KvConditionOperator.Less, 2, false)]
    public async Task Versions_are_compared(KvConditionOperator comparison, long number, bool holds)
    {
        Require(p => p.Transactions);
        Require(p => p.Versions);
        await Store.PutAllAsync(At("a"), At("a"));
        await AssertConditionAsync(new KvCondition(KvRange.Key(At("a")), KvConditionTarget.Version, comparison, number), holds);
    }

    [Theory]
    [InlineData(KvConditionTarget.CreateRevision)]
    [InlineData(KvConditionTarget.Revision)]
    public async Task Revisions_are_compared(KvConditionTarget target)
    {
        Require(p => p.Transactions);
        var created = await Store.PutAsync(At("a"), "1");
        var changed = await Store.PutAsync(At("a"), "2");
        var actual = target == KvConditionTarget.CreateRevision ? created.Revision : changed.Revision;
        foreach (var comparison in Enum.GetValues<KvConditionOperator>())
        {
            foreach (var number in new[] { actual - 1, actual, actual + 1 })
            {
                await AssertConditionAsync(new KvCondition(KvRange.Key(At("a")), target, comparison, number), Holds(actual.CompareTo(number), comparison));
            }
        }
    }

    [Fact]
    public async Task Values_are_compared_by_their_bytes()
    {
        Require(p => p.Transactions);
        const string Actual = "mm";
        await Store.PutAsync(At("a"), Actual);
        foreach (var comparison in Enum.GetValues<KvConditionOperator>())
        {
            foreach (var value in new[] { "", "m", Actual, "mmm", "n", "\u00E9" })
            {
                var order = Actual.Bytes().Span.SequenceCompareTo(value.Bytes().Span);
                var condition = new KvCondition(KvRange.Key(At("a")), KvConditionTarget.Value, comparison, 0, value.Bytes());
                await AssertConditionAsync(condition, Holds(order, comparison));
            }
        }
    }

    [Fact]
    public async Task Leases_are_compared()
    {
        Require(p => p.Transactions);
        Require(p => p.Leases);
        var lease = await Store.GetCapability<IKvLeases>().GrantLeaseAsync(TimeSpan.FromHours(1));
        await Store.PutAsync(At("a"), "v", new KvPutOptions { LeaseId = lease.Id });
        await Store.PutAsync(At("none"), "v");
        await AssertConditionAsync(KvCondition.HasLease(At("a"), lease.Id), true);
        await AssertConditionAsync(KvCondition.HasLease(At("a"), lease.Id - 1), false);
        await AssertConditionAsync(KvCondition.HasLease(At("none"), lease.Id), false);
        await AssertConditionAsync(KvCondition.HasLease(At("none"), 0), true);
        await AssertConditionAsync(new KvCondition(KvRange.Key(At("a")), KvConditionTarget.Lease, KvConditionOperator.Greater, 0), lease.Id > 0);
    }

    [Fact]
    public async Task A_missing_key_has_revision_version_and_lease_0_and_no_value()
    {
        Require(p => p.Transactions);
        var missing = KvRange.Key(At("missing"));
        KvConditionTarget[] numbers =
        [
            KvConditionTarget.CreateRevision, KvConditionTarget.Revision, .. Promises.Versions ? [KvConditionTarget.Version] : (KvConditionTarget[])[],
            .. Promises.Leases ? [KvConditionTarget.Lease] : (KvConditionTarget[])[],
        ];
        foreach (var target in numbers)
        {
            await AssertConditionAsync(new KvCondition(missing, target, KvConditionOperator.Equal, 0), true);
            await AssertConditionAsync(new KvCondition(missing, target, KvConditionOperator.Greater, 0), false);
        }

        foreach (var comparison in Enum.GetValues<KvConditionOperator>())
        {
            await AssertConditionAsync(new KvCondition(missing, KvConditionTarget.Value, comparison, 0, ReadOnlyMemory<byte>.Empty), false);
        }
    }

    [Fact]
    public async Task A_condition_on_a_range_must_hold_for_every_key_of_it()
    {
        Require(p => p.Transactions);
        Require(p => p.RangeConditions);
        Require(p => p.Versions);
        await Store.PutAllAsync(At("d/a"), At("d/b"), At("dx"));
        var untouched = new KvCondition(At("d"), KvConditionTarget.Version, KvConditionOperator.Equal, 1);
        await AssertConditionAsync(untouched, true);
        await Store.PutAllAsync(At("dx"));
        await AssertConditionAsync(untouched, true);
        await Store.PutAllAsync(At("d/b"));
        await AssertConditionAsync(untouched, false);
    }

    [Fact]
    public async Task A_condition_on_an_empty_range_is_made_as_for_a_missing_key()
    {
        Require(p => p.Transactions);
        Require(p => p.RangeConditions);
        await AssertConditionAsync(new KvCondition(At("none"), KvConditionTarget.CreateRevision, KvConditionOperator.Equal, 0), true);
        await AssertConditionAsync(new KvCondition(At("none"), KvConditionTarget.CreateRevision, KvConditionOperator.Greater, 0), false);
    }

    [Fact]
    public async Task Conditions_that_are_not_promised_are_not_supported_and_nothing_is_done()
    {
        Require(p => p.Transactions);
        KvCondition[] conditions =
        [
            .. Promises.RangeConditions ? [] : new[] { new KvCondition(At("d"), KvConditionTarget.CreateRevision, KvConditionOperator.Equal, 0) },
            .. Promises.Versions ? [] : new[] { new KvCondition(KvRange.Key(At("a")), KvConditionTarget.Version, KvConditionOperator.Equal, 0) },
            .. Promises.Leases ? [] : new[] { new KvCondition(KvRange.Key(At("a")), KvConditionTarget.Lease, KvConditionOperator.Equal, 0) },
        ];
        Assert.SkipWhen(conditions.Length == 0, "All conditions are promised.");
        foreach (var condition in conditions)
        {
            var transaction = new KvTransaction { If = [condition], Then = [new KvOperation.Put(At("b"), "v".Bytes())], Else = [new KvOperation.Put(At("b"), "v".Bytes())] };
            var refused = await Assert.ThrowsAsync<KvNotSupportedException>(async () => await Transactions.CommitAsync(transaction));
            Assert.Equal(condition.Range.Text, refused.Key);
        }

        Assert.False(await Store.ExistsAsync(At("b")));
    }

    [Fact]
    public async Task Transactions_that_contend_lose_nothing()
    {
        Require(p => p.Transactions);
        const int Tasks = 8;
        const int Each = 5;
        await Task.WhenAll(Enumerable.Range(0, Tasks).Select(task => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                while (true)
                {
                    var current = await Store.TryGetAsync(At("counter"));
                    var next = new KvOperation.Put(At("counter"), $"{int.Parse(current?.Value ?? "0") + 1}".Bytes());
                    var condition = current is null ? KvCondition.Missing(At("counter")) : KvCondition.AtRevision(At("counter"), current.Revision);
                    var result = await Transactions.CommitAsync(new KvTransaction { If = [condition], Then = [next], Else = [new KvOperation.Put(At($"lost/{task}"), "".Bytes())] });
                    if (result.Succeeded)
                    {
                        break;
                    }
                }
            }
        })));
        Assert.Equal($"{Tasks * Each}", (await Store.GetAsync(At("counter"))).Value);
    }

    [Fact]
    public async Task A_transaction_that_is_refused_leaves_nothing_half_done()
    {
        Require(p => p.Transactions);
        Require(p => p.Leases);
        const long NoSuchLease = 4711;
        var transaction = new KvTransaction { Then = [new KvOperation.Put(At("a"), "v".Bytes()), new KvOperation.Put(At("b"), "v".Bytes(), NoSuchLease)] };
        var error = await Assert.ThrowsAsync<KvLeaseNotFoundException>(async () => await Transactions.CommitAsync(transaction));
        Assert.Contains($"{NoSuchLease:x}", error.Message, StringComparison.Ordinal);
        Assert.Empty(await Store.KeysAsync(KvRange.Prefix(Root)));
    }

    [Fact]
    public async Task A_key_written_twice_is_refused()
    {
        Require(p => p.Transactions);
        var put = new KvOperation.Put(At("d/a"), "1".Bytes());
        foreach (var other in new KvOperation[] { put with { Value = "2".Bytes() }, new KvOperation.Delete(KvRange.Key(At("d/a"))), new KvOperation.Delete(At("d")) })
        {
            KvOperation[] twice = [put, other];
            var error = await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Transactions.CommitAsync(new KvTransaction { Then = twice }));
            Assert.Equal((At("d/a"), $"A transaction writes the key '{At("d/a")}' twice. Write it once."), (error.Key, error.Message));
            await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Transactions.CommitAsync(new KvTransaction { Else = [.. twice.Reverse()] }));
        }

        Assert.False(await Store.ExistsAsync(At("d/a")));
        await Transactions.CommitAsync(new KvTransaction { Then = [put], Else = [put] });
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    public async Task A_key_that_breaks_the_rules_is_refused(string key)
    {
        Require(p => p.Transactions);
        var put = new KvOperation.Put(key, "v".Bytes());
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Transactions.CommitAsync(new KvTransaction { Then = [put] }));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Transactions.CommitAsync(new KvTransaction { Else = [put] }));
    }

    private static bool Holds(int order, KvConditionOperator comparison) => comparison switch
    {
        KvConditionOperator.Equal => order == 0,
        KvConditionOperator.NotEqual => order != 0,
        KvConditionOperator.Greater => order > 0,
        _ => order < 0,
    };

    private async Task AssertConditionAsync(KvCondition condition, bool holds) =>
        Assert.True((await Transactions.CommitAsync(new KvTransaction { If = [condition] })).Succeeded == holds, $"{condition} should {(holds ? "" : "not ")}hold");
}
