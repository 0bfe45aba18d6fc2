namespace Valkeyrie.Tests.Texts;

/// <summary>What users and contributors read is plain English: no text holds a phrase of <see cref="RefusedPhrases"/>.</summary>
public sealed class PlainEnglishTests
{
    private static readonly Dictionary<string, TextArea> All = new()
    {
        ["messages"] = new(["src/**/*.cs"], s => s.Literals),
        ["public documentation"] = new(["src/**/*.cs"], s => s.IsPublic ? s.Documentation : ""),
        ["internal documentation"] = new(["src/**/*.cs"], s => s.IsPublic ? "" : s.Documentation),
        ["comments"] = new(["src/**/*.cs"], s => s.Comments),
        ["help pages"] = new(["docs/en-US/*.md"]),
        ["installed help"] = new(["module/en-US/*.xml", "module/en-US/*.txt"]),
        ["module"] = new(["module/*.ps1xml", "module/*.psm1", "Valkeyrie.psd1"]),
        ["front pages"] = new(["*.md"]),
        ["pages"] = new(["docs/*.md", "docs/decisions/*.md"]),
        ["recipes"] = new(["docs/recipes/*.md"]),
        ["packages"] = new(["src/**/*.md", "src/**/*.csproj"]),
        ["GitHub"] = new([".github/**/*.md", ".github/**/*.yml"]),
        ["samples"] = new(["samples/**/*.cs", "samples/**/*.ps1", "samples/**/*.txt"]),
        ["benchmark"] = new(["bench/**/*.cs"], s => s.Literals),
        ["tasks"] = new(["*.ps1", "*.sh", "*.cmd", "*.props", "*.targets", "build/**/*.ps1", "build/**/*.psd1"]),
    };

    /// <summary>Each group of texts.</summary>
    public static TheoryData<string> Areas => [.. All.Keys];

    /// <summary>What is refused, and the phrase that is found in it.</summary>
    public static TheoryData<string, string> Refused => new()
    {
        { "The file is read anew.", "anew" },
        { "Mend the file, or name another.", "Mend" },
        { "A key is spelt as it is stored.", "spelt" },
        { "The two are told apart by their names.", "told apart" },
        { "Its end is told by an event.", "told" },
        { "It was meant for another store.", "meant" },
        { "The cost is borne by the reader.", "borne" },
        { "Keys are parted by commas.", "parted" },
        { "No secret is laid open.", "laid open" },
        { "'x' is no key.", "is no" },
        { "What is in the file\n    are no pairs.", "are no" },
        { "The member is well.", "is well" },
        { "If the work ended well, the key is removed.", "ended well" },
        { "Whoever reads the key sees it.", "Whoever" },
        { "The holder waits in vain.", "in vain" },
        { "The text is stored as it stands.", "as it stands" },
        { "It reads nothing but names.", "nothing but" },
        { "The file and the keys therein are removed.", "therein" },
        { "No lock can be had.", "be had" },
        { "The key lies under app.", "lies under" },
        { "The record bears a mark.", "bears" },
        { "The version stands in the manifest.", "stands in" },
        { "The gap comes of an outage.", "comes of" },
        { "A folder is nothing that a key can be.", "is nothing that" },
        { "The log is beside the file.", "beside" },
        { "A watch first shows what is there.", "what is there" },
        { "Give a key.", "Give" },
        { "A caller gives it a name.", "caller gives" },
        { "Fix the file, or give another file.", "give another file" },
        { "Either ask for it, or give -Force.", "give -F" },
        { "No timeout was given.", "given" },
    };

    /// <summary>What looks like a refused phrase, and is none.</summary>
    public static TheoryData<string> Allowed =>
    [
        "There is no key of that name.",
        "If there\nis no server, the test is skipped.",
        "The lock is no longer held.",
        "A well-known type serves as well.",
        "It is well known.",
        "A lock that is given up is free.",
        "Reads at the given revision.",
        "The call gives the revision.",
        "Grant-KvRole gives the role to a user.",
        "A mock stands in for a server.",
        "A bearer token is not shown.",
        "Besides, a copy exists.",
        "What was done is in the log.",
        "Recommend another, and amend the rest.",
    ];

    [Theory]
    [MemberData(nameof(Areas))]
    public void No_text_holds_a_refused_phrase(string area)
    {
        var faults = All[area].Faults().ToList();
        Assert.True(faults.Count == 0, $"{faults.Count} phrases of '{area}':\n{string.Join('\n', faults)}");
    }

    [Theory]
    [MemberData(nameof(Areas))]
    public void Every_area_has_texts(string area) => Assert.Contains(All[area].Texts(), t => t.Text.Any(char.IsLetter));

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_refused_phrase_is_found(string text, string phrase)
    {
        var fault = Assert.Single(RefusedPhrases.Faults("page.md", text));
        Assert.StartsWith($"page.md:1: \"{phrase}\": write ", fault.Replace("page.md:2", "page.md:1", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Allowed))]
    public void A_phrase_that_only_looks_refused_is_not(string text) => Assert.Empty(RefusedPhrases.Faults("page.md", text));

    [Fact]
    public void Every_refused_phrase_has_a_sentence_that_shows_it() =>
        Assert.All(RefusedPhrases.All, p => Assert.Contains(Refused, r => p.In(r.Data.Item1).Any()));

    [Fact]
    public void A_fault_names_its_line() =>
        Assert.Equal(["a.md:2: \"anew\": write again", "a.md:3: \"is no\": write is not a, has no"], RefusedPhrases.Faults("a.md", "first\nread anew\nit is\nno key"));

    [Theory]
    [InlineData("""Throw("It is " + "no key");""", "is no")]
    [InlineData("Throw(\"It is \"\n    + $\"no key {name}\");", "is no")]
    [InlineData("""Throw($"{(a ? "{" : "}")} was told");""", "told")]
    [InlineData("""Throw($"{{told}}");""", "told")]
    [InlineData("""Throw("\"told\n");""", "told")]
    [InlineData(""""Throw(@"""told\");"""", "told")]
    [InlineData("Throw($$\"\"\"\n    {\"told\": {{value}}}\n    \"\"\");", "told")]
    [InlineData("""var quote = '"'; Throw("told");""", "told")]
    [InlineData("""[Parameter(HelpMessage = "told")]""", "told")]
    public void A_phrase_in_a_literal_is_found(string source, string phrase)
    {
        var texts = new SourceTexts(source);
        Assert.Contains($"\"{phrase}\"", Assert.Single(RefusedPhrases.Faults("a.cs", texts.Literals)), StringComparison.Ordinal);
        Assert.Equal(source.Length, texts.Literals.Length);
        Assert.Empty(RefusedPhrases.Faults("a.cs", texts.Comments + texts.Documentation));
    }

    [Theory]
    [InlineData("""var told = "x"; // told""")]
    [InlineData("""Throw("is", "no key");""")]
    [InlineData("""Throw($"{told}");""")]
    [InlineData("/* \"told\" */ /// \"told\"")]
    [InlineData("""var quote = '"'; told = '"';""")]
    [InlineData("""Throw(""); told("");""")]
    [InlineData("""Throw(@"\"); told(@"\");""")]
    public void Code_and_comments_are_not_literals(string source) => Assert.Empty(RefusedPhrases.Faults("a.cs", new SourceTexts(source).Literals));

    [Fact]
    public void Comments_of_both_kinds_are_read_across_lines()
    {
        var texts = new SourceTexts("/// <summary>It is\n    /// no key.</summary>\nint a; // it was\n// told");
        Assert.Equal(["a.cs:1: \"is no\": write is not a, has no"], RefusedPhrases.Faults("a.cs", texts.Documentation));
        Assert.Equal(["a.cs:4: \"told\": write reported, stated, shown"], RefusedPhrases.Faults("a.cs", texts.Comments));
    }
}
