using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Tests.Metering;

/// <summary>Responses after the examples of the providers' references, with every kind of count that a dialect has.</summary>
/// <remarks>
/// https://platform.openai.com/docs/api-reference (chat, responses, embeddings, images, audio), https://docs.claude.com/en/api/messages-streaming,
/// https://ai.google.dev/api/generate-content, https://api-docs.deepseek.com/guides/kv_cache, https://docs.x.ai/docs/guides/reasoning.
/// </remarks>
internal static class UsageSamples
{
    public static IReadOnlyList<UsageSample> All { get; } =
    [
        new("chat", UsageDialect.OpenAIChat, """
            {"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion","created":1741569952,"model":"gpt-4.1-2025-04-14","choices":[{"index":0,"message":{"role":"assistant","content":"Hello! How can I assist you today?","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":1119,"completion_tokens":310,"total_tokens":1429,"prompt_tokens_details":{"cached_tokens":1024,"audio_tokens":8},"completion_tokens_details":{"reasoning_tokens":256,"audio_tokens":6,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"service_tier":"default"}
            """, new() { Input = 1119, CachedInput = 1024, AudioInput = 8, Output = 310, Reasoning = 256, AudioOutput = 6 }),
        new("chat, indented", UsageDialect.OpenAIChat, """
            {
              "choices" : [ { "message" : { "content" : "Hi" } } ],
              "usage"
                :
              { "prompt_tokens" : 19 , "completion_tokens" : 10 , "total_tokens" : 29 }
            }
            """, new() { Input = 19, Output = 10 }),
        new("chat, streamed", UsageDialect.OpenAIChat, """
            data: {"id":"chatcmpl-123","object":"chat.completion.chunk","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":null}

            data: {"id":"chatcmpl-123","object":"chat.completion.chunk","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"Hello"},"logprobs":null,"finish_reason":null}],"usage":null}

            data: {"id":"chatcmpl-123","object":"chat.completion.chunk","model":"gpt-4o-mini","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}

            data: {"id":"chatcmpl-123","object":"chat.completion.chunk","model":"gpt-4o-mini","choices":[],"usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":3}}}

            data: [DONE]


            """, new() { Input = 19, CachedInput = 3, Output = 10 }),
        new("chat, usage in every chunk", UsageDialect.OpenAIChat, """
            data: {"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":14,"completion_tokens":1,"total_tokens":15}}

            data: {"choices":[{"delta":{"content":"b"}}],"usage":{"prompt_tokens":14,"completion_tokens":2,"total_tokens":16}}


            """, new() { Input = 14, Output = 2 }),
        new("chat, DeepSeek's cache", UsageDialect.OpenAIChat, """
            {"choices":[{"message":{"content":"Hi","reasoning_content":"Hm"}}],"usage":{"prompt_tokens":400,"completion_tokens":50,"total_tokens":450,"prompt_cache_hit_tokens":384,"prompt_cache_miss_tokens":16}}
            """, new() { Input = 400, CachedInput = 384, Output = 50 }),
        new("chat, Groq's envelope", UsageDialect.OpenAIChat, """
            data: {"choices":[{"delta":{},"finish_reason":"stop"}],"x_groq":{"id":"req_1","usage":{"queue_time":0.06,"prompt_tokens":18,"prompt_time":0.0004,"completion_tokens":556,"total_tokens":574}}}

            data: [DONE]


            """, new() { Input = 18, Output = 556 }),
        new("chat, xAI's thinking beside the completion", UsageDialect.OpenAIChat, """
            {"choices":[{"message":{"content":"707"}}],"usage":{"prompt_tokens":32,"completion_tokens":9,"total_tokens":135,"completion_tokens_details":{"reasoning_tokens":94}}}
            """, new() { Input = 32, Output = 103, Reasoning = 94 }),
        new("embeddings", UsageDialect.OpenAIEmbeddings, """
            {"object":"list","data":[{"object":"embedding","embedding":[0.0023064255,-0.009327292,-0.0028842222],"index":0}],"model":"text-embedding-ada-002","usage":{"prompt_tokens":8,"total_tokens":8}}
            """, new() { Input = 8 }),
        new("embeddings, the total alone", UsageDialect.OpenAIEmbeddings, """
            {"object":"list","data":[{"object":"embedding","embedding":[0.0023064255],"index":0}],"model":"text-embedding-3-small","usage":{"total_tokens":8}}
            """, new() { Input = 8 }),
        new("responses", UsageDialect.OpenAIResponses, """
            {"id":"resp_67ccd2bed1ec8190","object":"response","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"In a peaceful grove beneath a silver moon","annotations":[]}]}],"text":{"format":{"type":"text"}},"tools":[],"usage":{"input_tokens":36,"input_tokens_details":{"cached_tokens":12},"output_tokens":87,"output_tokens_details":{"reasoning_tokens":64},"total_tokens":123},"user":null,"metadata":{}}
            """, new() { Input = 36, CachedInput = 12, Output = 87, Reasoning = 64 }),
        new("responses, streamed", UsageDialect.OpenAIResponses, """
            event: response.created
            data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_1","status":"in_progress","output":[],"usage":null}}

            event: response.output_text.delta
            data: {"type":"response.output_text.delta","sequence_number":1,"item_id":"msg_1","delta":"Hi"}

            event: response.completed
            data: {"type":"response.completed","sequence_number":2,"response":{"id":"resp_1","status":"completed","output":[{"content":[{"text":"Hi"}]}],"usage":{"input_tokens":37,"input_tokens_details":{"cached_tokens":0},"output_tokens":11,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":48}}}


            """, new() { Input = 37, Output = 11 }),
        new("images", UsageDialect.OpenAIImages, """
            {"created":1713833628,"data":[{"b64_json":"iVBORw0KGgo="}],"usage":{"total_tokens":100,"input_tokens":50,"output_tokens":50,"input_tokens_details":{"text_tokens":10,"image_tokens":40}}}
            """, new() { Input = 50, Output = 50, ImageOutput = 50 }),
        new("images, some of it text", UsageDialect.OpenAIImages, """
            {"data":[{"b64_json":"iVBORw0KGgo="}],"usage":{"input_tokens":50,"output_tokens":60,"output_tokens_details":{"image_tokens":45,"text_tokens":15}}}
            """, new() { Input = 50, Output = 60, ImageOutput = 45 }),
        new("images, streamed", UsageDialect.OpenAIImages, """
            event: image_generation.partial_image
            data: {"type":"image_generation.partial_image","b64_json":"iVBORw0KGgo=","partial_image_index":0}

            event: image_generation.completed
            data: {"type":"image_generation.completed","b64_json":"iVBORw0KGgo=","usage":{"total_tokens":100,"input_tokens":50,"output_tokens":50,"input_tokens_details":{"text_tokens":10,"image_tokens":40}}}


            """, new() { Input = 50, Output = 50, ImageOutput = 50 }),
        new("transcription", UsageDialect.OpenAIAudio, """
            {"text":"Imagine the wildest idea that you've ever had.","usage":{"type":"tokens","input_tokens":14,"input_token_details":{"text_tokens":2,"audio_tokens":12},"output_tokens":45,"total_tokens":59}}
            """, new() { Input = 14, AudioInput = 12, Output = 45 }),
        new("transcription, in seconds", UsageDialect.OpenAIAudio, """
            {"text":"Imagine the wildest idea.","usage":{"type":"duration","seconds":8.5}}
            """, new()),
        new("transcription, streamed", UsageDialect.OpenAIAudio, """
            data: {"type":"transcript.text.delta","delta":"I"}

            data: {"type":"transcript.text.done","text":"I","usage":{"type":"tokens","input_tokens":14,"input_token_details":{"text_tokens":0,"audio_tokens":14},"output_tokens":31,"total_tokens":45}}


            """, new() { Input = 14, AudioInput = 14, Output = 31 }),
        new("messages", UsageDialect.AnthropicMessages, """
            {"content":[{"text":"Hi! My name is Claude.","type":"text"}],"id":"msg_013Zva2CMHLNnXjNJJKqJ2EF","model":"claude-sonnet-4-5","role":"assistant","stop_reason":"end_turn","stop_sequence":null,"type":"message","usage":{"input_tokens":2095,"cache_creation_input_tokens":548,"cache_read_input_tokens":1800,"cache_creation":{"ephemeral_5m_input_tokens":456,"ephemeral_1h_input_tokens":92},"output_tokens":503,"server_tool_use":{"web_search_requests":0},"service_tier":"standard"}}
            """, new() { Input = 4443, CachedInput = 1800, CacheWrite5m = 456, CacheWrite1h = 92, Output = 503 }),
        new("messages, cache writes not split", UsageDialect.AnthropicMessages, """
            {"type":"message","usage":{"input_tokens":10,"cache_creation_input_tokens":500,"cache_read_input_tokens":0,"output_tokens":5}}
            """, new() { Input = 510, CacheWrite5m = 500, Output = 5 }),
        new("messages, streamed", UsageDialect.AnthropicMessages, """
            event: message_start
            data: {"type":"message_start","message":{"id":"msg_1nZdL29xx5MUA1yADyHTEsnR8uuvGzszyY","type":"message","role":"assistant","content":[],"model":"claude-sonnet-4-5","stop_reason":null,"usage":{"input_tokens":25,"cache_creation_input_tokens":60,"cache_read_input_tokens":7,"cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":40},"output_tokens":1}}}

            event: ping
            data: {"type": "ping"}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}

            event: message_delta
            data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":15}}

            event: message_stop
            data: {"type":"message_stop"}


            """, new() { Input = 92, CachedInput = 7, CacheWrite5m = 20, CacheWrite1h = 40, Output = 15 }),
        new("messages, streamed, input again at the end", UsageDialect.AnthropicMessages, """
            event: message_start
            data: {"type":"message_start","message":{"usage":{"input_tokens":2679,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":3}}}

            event: message_delta
            data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":10682,"cache_creation_input_tokens":0,"cache_read_input_tokens":5,"output_tokens":510,"output_tokens_details":{"thinking_tokens":100},"server_tool_use":{"web_search_requests":1}}}


            """, new() { Input = 10687, CachedInput = 5, Output = 510, Reasoning = 100 }),
        new("generateContent", UsageDialect.GoogleGenerateContent, """
            {"candidates":[{"content":{"parts":[{"text":"Hello"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":60,"candidatesTokenCount":40,"toolUsePromptTokenCount":11,"thoughtsTokenCount":25,"totalTokenCount":176,"promptTokensDetails":[{"modality":"TEXT","tokenCount":68},{"modality":"AUDIO","tokenCount":32}],"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":20},{"tokenCount":5,"modality":"AUDIO"}],"cacheTokensDetails":[{"modality":"AUDIO","tokenCount":9}]},"modelVersion":"gemini-2.5-flash"}
            """, new() { Input = 111, CachedInput = 60, AudioInput = 23, Output = 65, Reasoning = 25, AudioOutput = 5, ImageOutput = 20 }),
        new("generateContent, streamed as events", UsageDialect.GoogleGenerateContent,
            "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hel\"}]}}],\"usageMetadata\":{\"promptTokenCount\":8,\"candidatesTokenCount\":2,\"totalTokenCount\":10}}\r\n\r\n"
            + "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"lo\"}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":8,\"candidatesTokenCount\":4,\"thoughtsTokenCount\":3,\"totalTokenCount\":15}}\r\n\r\n",
            new() { Input = 8, Output = 7, Reasoning = 3 }),
        new("generateContent, streamed as an array", UsageDialect.GoogleGenerateContent, """
            [{"candidates":[{"content":{"parts":[{"text":"Hel"}]}}],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":2,"totalTokenCount":10}}
            ,
            {"candidates":[{"content":{"parts":[{"text":"lo"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":4,"totalTokenCount":12}}
            ]
            """, new() { Input = 8, Output = 4 }),
    ];
}
