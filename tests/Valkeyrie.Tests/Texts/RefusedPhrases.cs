using System.Text.RegularExpressions;

namespace Valkeyrie.Tests.Texts;

/// <summary>The phrases that no text holds.</summary>
internal static partial class RefusedPhrases
{
    /// <summary>All of them. A word that can also be right is refused only in the company in which it is not.</summary>
    public static IReadOnlyList<RefusedPhrase> All { get; } =
    [
        new(@"\b[Aa]new\b", "again"),
        new(@"\b[Mm]end(s|ed|ing)?\b", "fix, repair"),
        new(@"\b[Ss]pelt\b", "spelled"),
        new(@"\b[Tt]old apart\b", "distinguished"),
        new(@"\b[Tt]old\b(?! apart)", "reported, stated, shown"),
        new(@"\b[Mm]eant\b", "intended"),
        new(@"\b[Bb]orne\b", "carried, tolerated"),
        new(@"\b[Pp]arted\b", "separated"),
        new(@"\b[Ll]aid open\b", "exposed, disclosed"),

        // "There is no key" and "is no longer" are plain English; "x is no key" is not.
        new(@"\b(?<![Tt]here )([Ii]s|[Aa]re|[Ww]as|[Ww]ere) no\b(?! (longer|more|less|fewer|later|earlier|greater|smaller|larger|older|newer|better|worse)\b)(?!-)", "is not a, has no"),

        // A server is healthy and work ends normally; a thing can be well known, and another one can be there as well.
        new(@"\b([Ii]s|[Aa]re|[Ww]as|[Ww]ere|be|[Ee]nds?|[Ee]nded|[Gg]oes|[Ww]ent|[Ss]tays?|[Ss]eems?) (not |all )?well\b(?!-)(?! (known|formed|defined)\b)", "is healthy, ends normally"),

        // Words and turns that mark a text as translated.
        new(@"\b[Ww]hoever\b", "everyone who, if someone"),
        new(@"\b[Ii]n vain\b", "without success"),
        new(@"\b[Aa]s (it stands|they stand)\b", "unchanged"),
        new(@"\b[Nn]othing but\b", "only"),
        new(@"\b([Hh]enceforth|[Tt]herein|[Tt]hereof|[Ww]hereby|[Ff]orthwith)\b", "from now on, in it, by which, at once"),
        new(@"\b(be|is|are|was|were) had\b", "is available"),
        new(@"\b(lies?|lay) under\b", "is below, begins with"),
        new(@"\b([Bb]ears?|[Bb]earing)\b", "has, contains, tolerates"),
        new(@"\b(stands?|stood) in\b(?! for\b)", "is in"),
        new(@"\bcomes? of\b", "results from"),
        new(@"\b(is|are) nothing that\b", "cannot be, is not supported"),
        new(@"\bbeside\b", "next to, along with"),
        new(@"\b[Ww]hat (is|was|are|were) (there|written|stored|read|sent)\b", "the existing pairs, the written keys"),

        // What a user does with an argument. To give up, to give back and to give way are other verbs, and "the given key" is plain English.
        new(@"\bGive\b(?! (up|way|back)\b)", "Specify, Use, Pass"),
        new(@"\b([Yy]ou|users?|callers?|[Ww]ho|[Ss]omebody) (must |can |may |have to )?gives?\b(?! (up|way|back)\b)", "specify, use, pass"),
        new(@"\bgiv(e|ing) (a|an|another|several|its|their|your) (\w+ )?(key|name|value|path|file|directory|prefix|store|timeout|password|certificate|address|endpoint|format|switch|parameter|argument|revision)s?\b", "specify, use, pass"),
        new(@"\bgive (-[A-Z]|it(?! (up|back|away)\b)|one\b|either\b|both\b)", "specify, use, pass"),
        new(@"\b(?<!\b([Tt]he|[Aa]|[Aa]n|[Tt]his|[Ee]ach|[Ee]very) )given\b(?! (up|back|away|way)\b)", "specified"),
    ];

    /// <summary>The faults of a text, one line each: where, the phrase, and what to write in its place.</summary>
    /// <param name="file">The text's name.</param>
    /// <param name="text">The text.</param>
    public static IEnumerable<string> Faults(string file, string text) =>
        from phrase in All
        from found in phrase.In(text)
        let line = text.AsSpan(0, found.Index).Count('\n') + 1
        orderby line
        select $"{file}:{line}: \"{BlankSpace().Replace(found.Value, " ")}\": write {phrase.Instead}";

    [GeneratedRegex(@"\s+")]
    private static partial Regex BlankSpace();
}
